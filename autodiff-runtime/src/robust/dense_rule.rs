//! Estimators in closed form, for backends that have kernels of their own for them.

/// What an estimator computes from the outer products of a dense layer and N samples, where it is one of a few closed forms.
///
/// A backend that knows the form computes it where the data are; any other estimator gets the data on the host.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DenseRule {
    /// factor · mean gᵢ
    Mean {
        /// What multiplies the mean.
        factor: f64,
    },
    /// scale · (m + σ (s/N) Σᵢ ψ((gᵢ − m)/(σ s))), coordinate by coordinate: [`SoftTruncation`](super::SoftTruncation).
    SoftTruncation {
        /// N less the degrees of freedom taken off: the divisor of the sum of squares in σ².
        degrees: f64,
        /// s.
        spread: f64,
        /// The least σ².
        variance_floor: f64,
        /// What multiplies the estimate.
        scale: f64,
        /// Whether σ = 0 gives NaN in place of the mean.
        unguarded: bool,
    },
    /// factor · mean of gᵢ min(1, bound/‖gᵢ‖), with the norm over weights and bias.
    NormClip {
        /// The largest norm.
        bound: f64,
        /// What multiplies the mean.
        factor: f64,
    },
}

impl DenseRule {
    /// The rule, its estimate multiplied once more.
    #[must_use]
    pub(super) fn times(self, by: f64) -> Self {
        match self {
            Self::Mean { factor } => Self::Mean {
                factor: factor * by,
            },
            Self::NormClip { bound, factor } => Self::NormClip {
                bound,
                factor: factor * by,
            },
            Self::SoftTruncation {
                degrees,
                spread,
                variance_floor,
                scale,
                unguarded,
            } => Self::SoftTruncation {
                degrees,
                spread,
                variance_floor,
                scale: scale * by,
                unguarded,
            },
        }
    }
}
