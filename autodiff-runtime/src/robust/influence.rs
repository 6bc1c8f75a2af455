//! Influence functions ψ of M-estimators.

use super::error::ParameterError;

/// The influence function ψ of an M-estimator of location: odd, never decreasing, ψ(u) ≈ u near 0.
///
/// How far a sample that lies u scales from the estimate pulls it. All but [`Influence::CatoniWide`] are bounded; the
/// wide one grows like 2 log u.
///
/// ```
/// use autodiff_runtime::robust::Influence;
///
/// assert_eq!(Influence::Huber { c: 1.345 }.value(10.0), 1.345);
/// assert!((Influence::Gudermann.value(1e9) - std::f64::consts::FRAC_PI_2).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Influence {
    /// tanh u, of ρ = log cosh u.
    Tanh,
    /// u/√(1 + (u/c)²); c = 1 usual.
    PseudoHuber {
        /// Where it bends.
        c: f64,
    },
    /// The Gudermannian, 2 atan(tanh(u/2)).
    Gudermann,
    /// atan u.
    Atan,
    /// u/(1 + |u|/c); c = 1.3998 usual.
    Fair {
        /// Where it bends.
        c: f64,
    },
    /// u up to |u| = c, constant beyond; c = 1.345 usual.
    Huber {
        /// Where it ends.
        c: f64,
    },
    /// 2 tanh(u/2).
    Logistic,
    /// ± log(1 + |u| + u²/2), the widest of Catoni (2012).
    CatoniWide,
    /// ∓ log(1 − |u| + u²/2) up to |u| = 1, ± log 2 beyond: the narrowest of Catoni (2012).
    CatoniNarrow,
    /// u − u³/6 up to |u| = √2, ±2√2/3 beyond: that of soft truncation, by Catoni and Giulini.
    CatoniGiulini,
}

impl Influence {
    pub(super) const NAMES: [&'static str; 10] = [
        "tanh",
        "pseudo-huber",
        "gudermann",
        "atan",
        "fair",
        "huber",
        "logistic",
        "catoni-wide",
        "catoni-narrow",
        "catoni-giulini",
    ];

    /// The function of this name, as [`name`](Self::name) gives it, with its usual constant.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "tanh" => Self::Tanh,
            "pseudo-huber" => Self::PseudoHuber { c: 1.0 },
            "gudermann" => Self::Gudermann,
            "atan" => Self::Atan,
            "fair" => Self::Fair { c: 1.3998 },
            "huber" => Self::Huber { c: 1.345 },
            "logistic" => Self::Logistic,
            "catoni-wide" => Self::CatoniWide,
            "catoni-narrow" => Self::CatoniNarrow,
            "catoni-giulini" => Self::CatoniGiulini,
            _ => return None,
        })
    }

    /// The name, without the constant.
    pub fn name(self) -> &'static str {
        let at = match self {
            Self::Tanh => 0,
            Self::PseudoHuber { .. } => 1,
            Self::Gudermann => 2,
            Self::Atan => 3,
            Self::Fair { .. } => 4,
            Self::Huber { .. } => 5,
            Self::Logistic => 6,
            Self::CatoniWide => 7,
            Self::CatoniNarrow => 8,
            Self::CatoniGiulini => 9,
        };
        Self::NAMES[at]
    }

    /// The constant c, where there is one.
    pub fn constant(self) -> Option<f64> {
        match self {
            Self::PseudoHuber { c } | Self::Fair { c } | Self::Huber { c } => Some(c),
            _ => None,
        }
    }

    /// The same function with another constant.
    ///
    /// # Errors
    /// [`ParameterError`] unless `c` is positive and finite, and the function has a constant.
    pub fn with_constant(self, c: f64) -> Result<Self, ParameterError> {
        match self {
            Self::PseudoHuber { .. } => Ok(Self::PseudoHuber { c }),
            Self::Fair { .. } => Ok(Self::Fair { c }),
            Self::Huber { .. } => Ok(Self::Huber { c }),
            _ => ParameterError::check(
                "c",
                "left out: this influence function has no constant",
                c,
                false,
            )
            .map(|_| self),
        }?
        .checked()
    }

    /// Makes sure that the constant is usable.
    pub(super) fn checked(self) -> Result<Self, ParameterError> {
        match self.constant() {
            Some(c) => ParameterError::check_positive("c", c).map(|_| self),
            None => Ok(self),
        }
    }

    /// ψ(u).
    pub fn value(self, u: f64) -> f64 {
        match self {
            Self::Tanh => u.tanh(),
            // u/√(1 + v²) would be ∞/∞ for huge u.
            Self::PseudoHuber { c } => u / (u / c).hypot(1.0),
            Self::Gudermann => 2.0 * (u / 2.0).tanh().atan(),
            Self::Atan => u.atan(),
            Self::Fair { c } => u / (1.0 + u.abs() / c),
            Self::Huber { c } => u.clamp(-c, c),
            Self::Logistic => 2.0 * (u / 2.0).tanh(),
            Self::CatoniWide => catoni_wide(u),
            Self::CatoniNarrow => {
                let a = u.abs().min(1.0);
                -(a * a / 2.0 - a).ln_1p().copysign(-u)
            }
            Self::CatoniGiulini => super::psi(u),
        }
    }

    /// ψ′(u), one-sided at a kink.
    pub fn slope(self, u: f64) -> f64 {
        match self {
            Self::Tanh => 1.0 - u.tanh().powi(2),
            Self::PseudoHuber { c } => (u / c).hypot(1.0).powi(-3),
            Self::Gudermann => u.cosh().recip(),
            Self::Atan => (1.0 + u * u).recip(),
            Self::Fair { c } => (1.0 + u.abs() / c).powi(-2),
            Self::Huber { c } => f64::from(u.abs() < c),
            Self::Logistic => 1.0 - (u / 2.0).tanh().powi(2),
            Self::CatoniWide => {
                let a = u.abs();
                (1.0 + a) / (1.0 + a + a * a / 2.0).min(f64::MAX)
            }
            Self::CatoniNarrow => {
                let a = u.abs().min(1.0);
                (1.0 - a) / (1.0 - a + a * a / 2.0)
            }
            Self::CatoniGiulini => (1.0 - u * u / 2.0).max(0.0),
        }
    }
}

/// sign(u) log(1 + |u| + u²/2).
fn catoni_wide(u: f64) -> f64 {
    let a = u.abs();
    let log = if a < 1e100 {
        (a + a * a / 2.0).ln_1p()
    } else {
        // The square would overflow; the rest is lost beside it.
        2.0 * a.ln() - std::f64::consts::LN_2
    };
    log.copysign(u)
}
