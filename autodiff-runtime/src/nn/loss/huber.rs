//! The Huber loss.

use nalgebra::DMatrix;

use super::{Loss, by_entry};
use crate::nn::Real;
use crate::nn::error::{LossError, ParameterError};

/// The Huber loss: ℓᵢ = Σ_q h(o_iq − t_iq) for targets t (N × Q), with h(r) = ½ r² for |r| ≤ δ and δ·(|r| − ½ δ) beyond,
/// and ∂ℓᵢ/∂o_iq = clamp(o_iq − t_iq, −δ, δ) (Huber, "Robust estimation of a location parameter", 1964).
///
/// It bounds what a wrong *target* can do to a cotangent. A wrong *input* still enters the gradient of a dense layer as a
/// factor, so that it does not replace a robust [`Aggregator`](crate::robust::Aggregator).
///
/// ```
/// use autodiff_runtime::nn::{Huber, Loss};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let (outputs, targets) = (dmatrix![0.5; -5.0], dmatrix![0.0; 0.0]);
/// let mut cotangent = DMatrix::zeros(2, 1);
/// let loss = Huber::new(1.0)?.evaluate(&outputs, &targets, &mut cotangent, &mut Vec::new())?;
/// assert_eq!(loss, (0.125 + 4.5) / 2.0);
/// assert_eq!(cotangent, dmatrix![0.5; -1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber<T> {
    delta: T,
}

impl<T: Real> Huber<T> {
    /// The loss that is linear beyond residuals of δ.
    ///
    /// # Errors
    /// [`ParameterError`] unless δ is positive and finite.
    pub fn new(delta: T) -> Result<Self, ParameterError> {
        let valid = delta > T::ZERO && delta.is_finite();
        ParameterError::check("δ", "positive and finite", delta.as_f64(), valid)?;
        Ok(Self { delta })
    }
}

impl<T: Real> Loss<T> for Huber<T> {
    type Targets = DMatrix<T>;

    fn evaluate(
        &self,
        outputs: &DMatrix<T>,
        targets: &DMatrix<T>,
        cotangent: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> Result<T, LossError> {
        let half = T::of(0.5);
        by_entry(outputs, targets, cotangent, scratch, |residual| {
            // Of a NaN the comparisons leave a NaN.
            let slope = if residual > self.delta {
                self.delta
            } else if residual < -self.delta {
                -self.delta
            } else {
                residual
            };
            (slope * (residual - half * slope), slope)
        })
    }
}
