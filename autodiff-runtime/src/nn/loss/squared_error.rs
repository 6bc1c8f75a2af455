//! Squared error.

use nalgebra::DMatrix;

use super::{Loss, by_entry};
use crate::nn::Real;
use crate::nn::error::LossError;

/// Squared error: ℓᵢ = ½ ‖oᵢ − tᵢ‖² for targets t (N × Q), and ∂ℓᵢ/∂oᵢ = oᵢ − tᵢ.
///
/// ```
/// use autodiff_runtime::nn::{Loss, SquaredError};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let (outputs, targets) = (dmatrix![1.0; 5.0], dmatrix![0.0; 2.0]);
/// let mut cotangent = DMatrix::zeros(2, 1);
/// let loss = SquaredError.evaluate(&outputs, &targets, &mut cotangent, &mut Vec::new())?;
/// assert_eq!(loss, 2.5);
/// assert_eq!(cotangent, dmatrix![1.0; 3.0]);
/// # Ok::<(), autodiff_runtime::nn::LossError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SquaredError;

impl<T: Real> Loss<T> for SquaredError {
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
            (half * residual * residual, residual)
        })
    }
}
