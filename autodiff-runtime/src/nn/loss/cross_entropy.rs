//! Softmax cross-entropy.

use nalgebra::DMatrix;

use super::{Loss, check_batch, check_labels, mean_of};
use crate::nn::Real;
use crate::nn::error::LossError;

/// Softmax cross-entropy: ℓᵢ = log Σ_c exp(o_ic) − o_i,yᵢ for a label yᵢ, and ∂ℓᵢ/∂oᵢ = softmax(oᵢ) − e_yᵢ.
///
/// The largest output of each sample is subtracted first, so that nothing overflows.
///
/// ```
/// use autodiff_runtime::nn::{Loss, LossError, SoftmaxCrossEntropy};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let outputs = dmatrix![0.0_f64, 0.0; 1000.0, 0.0];
/// let (mut cotangent, mut scratch) = (DMatrix::zeros(2, 2), Vec::new());
/// let loss = SoftmaxCrossEntropy.evaluate(&outputs, &[0, 0], &mut cotangent, &mut scratch)?;
/// assert_eq!(loss, 2.0_f64.ln() / 2.0);
/// assert_eq!(cotangent, dmatrix![-0.5, 0.5; 0.0, 0.0]);
///
/// let error = SoftmaxCrossEntropy.evaluate(&outputs, &[0, 2], &mut cotangent, &mut scratch);
/// assert_eq!(error, Err(LossError::Label { sample: 1, label: 2, classes: 2 }));
/// # Ok::<(), LossError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoftmaxCrossEntropy;

impl<T: Real> Loss<T> for SoftmaxCrossEntropy {
    type Targets = [usize];

    fn evaluate(
        &self,
        outputs: &DMatrix<T>,
        labels: &[usize],
        cotangent: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> Result<T, LossError> {
        let samples = check_batch(outputs, labels.len(), cotangent)?;
        check_labels(labels, outputs.ncols())?;
        scratch.resize(2 * samples, T::ZERO);
        let (largest, totals) = scratch.split_at_mut(samples);
        largest.fill(-T::INFINITY);
        for column in outputs.as_slice().chunks_exact(samples) {
            for (largest, &o) in largest.iter_mut().zip(column) {
                *largest = if o > *largest { o } else { *largest };
            }
        }
        totals.fill(T::ZERO);
        let exponentials = cotangent.as_mut_slice();
        for (column, made) in outputs
            .as_slice()
            .chunks_exact(samples)
            .zip(exponentials.chunks_exact_mut(samples))
        {
            for i in 0..samples {
                made[i] = (column[i] - largest[i]).exp();
                totals[i] += made[i];
            }
        }
        for column in exponentials.chunks_exact_mut(samples) {
            for (e, &total) in column.iter_mut().zip(&*totals) {
                *e /= total;
            }
        }
        for (i, &label) in labels.iter().enumerate() {
            totals[i] = totals[i].ln() + largest[i] - outputs[(i, label)];
            cotangent[(i, label)] -= T::ONE;
        }
        mean_of(totals)
    }
}
