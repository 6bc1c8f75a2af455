//! Scales of M-estimators.

use super::column::{deviation, falling_root, largest_distance, median_deviation, median_of};
use super::error::ParameterError;

/// The measure of spread σ behind the scale s of an M-estimator.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Spread {
    /// A fixed, positive number.
    Fixed(f64),
    /// The standard deviation, with N − 1 below the sum of squares. Breakdown point 1/N.
    #[default]
    Std,
    /// The median absolute deviation from the median. Breakdown point 1/2.
    Mad,
    /// 1.4826 times that: the standard deviation of normal data.
    MadNormal,
    /// The root of mean χ((x − m)/σ) = 0 about the mean m, χ(u) = u²/(1 + u²) − 0.3443205: Holland and Ikeda's, by Geman
    /// and McClure's quadratic function. The centre has breakdown point 1/N.
    GemanQuad,
    /// The same with χ(u) = |u|/(1 + |u|) − 0.3851295.
    GemanAbs,
}

/// What a [`Spread`] is multiplied by, for N samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Multiple {
    /// A positive number.
    Constant(f64),
    /// √(N / log(1/δ)), Holland and Ikeda (2017).
    SqrtNOverLog {
        /// δ.
        delta: f64,
    },
    /// √(N / (2 log(1/δ))), the one of soft truncation.
    SqrtNOverTwoLog {
        /// δ.
        delta: f64,
    },
}

impl Default for Multiple {
    /// 1.
    fn default() -> Self {
        Self::Constant(1.0)
    }
}

/// The scale s = σ · multiple of an M-estimator: residuals are counted in units of s.
///
/// With a scale that grows like √N nearly all residuals are small, the estimate is the mean but for a correction, and
/// skewed gradients are not biased away; with a scale like σ it is a robust location.
///
/// ```
/// use autodiff_runtime::robust::{Multiple, Scale, Spread};
///
/// // Holland and Ikeda's.
/// let scale = Scale::new(Spread::GemanQuad, Multiple::SqrtNOverLog { delta: 0.005 })?;
/// # assert_ne!(scale, Scale::default());
/// # Ok::<(), autodiff_runtime::robust::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scale {
    spread: Spread,
    multiple: Multiple,
}

impl Scale {
    /// `spread` times `multiple`.
    ///
    /// # Errors
    /// [`ParameterError`] unless fixed numbers are positive and finite and δ is between 0 and 1.
    pub fn new(spread: Spread, multiple: Multiple) -> Result<Self, ParameterError> {
        if let Spread::Fixed(value) = spread {
            ParameterError::check_positive("spread", value)?;
        }
        match multiple {
            Multiple::Constant(factor) => ParameterError::check_positive("multiple", factor)?,
            Multiple::SqrtNOverLog { delta } | Multiple::SqrtNOverTwoLog { delta } => {
                ParameterError::check_delta(delta)?
            }
        };
        Ok(Self { spread, multiple })
    }

    /// σ.
    pub fn spread(&self) -> Spread {
        self.spread
    }

    /// What σ is multiplied by.
    pub fn multiple(&self) -> Multiple {
        self.multiple
    }

    /// The factor for N samples.
    pub(super) fn factor(&self, samples: usize) -> f64 {
        let n = samples as f64;
        match self.multiple {
            Multiple::Constant(factor) => factor,
            Multiple::SqrtNOverLog { delta } => (n / -delta.ln()).sqrt(),
            Multiple::SqrtNOverTwoLog { delta } => (n / (-2.0 * delta.ln())).sqrt(),
        }
    }

    /// s of values with this mean.
    pub(super) fn of(&self, values: &[f64], mean: f64, scratch: &mut Vec<f64>) -> f64 {
        let spread = match self.spread {
            Spread::Fixed(value) => value,
            Spread::Std => deviation(values, mean, 1),
            Spread::Mad | Spread::MadNormal => {
                let centre = median_of(values, scratch);
                let mad = median_deviation(values, centre, scratch);
                if self.spread == Spread::Mad {
                    mad
                } else {
                    1.4826 * mad
                }
            }
            Spread::GemanQuad => geman(values, mean, 2, 0.344_320_5),
            Spread::GemanAbs => geman(values, mean, 1, 0.385_129_5),
        };
        spread * self.factor(values.len())
    }
}

/// The σ at which the mean of |r/σ|ᵏ/(1 + |r/σ|ᵏ) is β, and 0 where too many residuals vanish for a root.
///
/// Searched in log σ. A term is 1/(1 + w) with w = (σ/|r|)ᵏ, finite or infinite, and its slope −k·w/(1 + w)².
fn geman(values: &[f64], mean: f64, k: i32, beta: f64) -> f64 {
    let n = values.len() as f64;
    let largest = largest_distance(values, mean);
    let positive = values.iter().map(|x| (x - mean).abs()).filter(|&r| r > 0.0);
    let (count, smallest) = positive.fold((0.0, largest), |(count, least), r| {
        (count + 1.0, r.min(least))
    });
    if count <= beta * n {
        return 0.0;
    }
    let (low, high) = (smallest.ln() - 30.0, largest.ln() + 30.0);
    let start = deviation(values, mean, 0).ln();
    let root = falling_root(low, high, start, |log| {
        let sigma = log.exp();
        let (mut sum, mut steepness) = (0.0, 0.0);
        for x in values {
            let share = (1.0 + (sigma / (x - mean).abs()).powi(k)).recip();
            sum += share;
            steepness += share * (1.0 - share);
        }
        (sum / n - beta, f64::from(k) * steepness / n)
    });
    root.exp()
}
