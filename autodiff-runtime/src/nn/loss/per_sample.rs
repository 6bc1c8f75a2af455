//! Losses of the user's.

use std::fmt;
use std::marker::PhantomData;

use nalgebra::DMatrix;

use super::{Loss, check_batch, mean_of};
use crate::nn::Real;
use crate::nn::error::LossError;

/// Any loss per sample, given by a function that computes its value and adds its gradient.
///
/// The function is called as `loss(output, gradient, target)` with the outputs of one sample, a zeroed slice to add
/// ∂ℓ/∂output to, and a reference to the sample's target. Up to that reference it is the `loss_grad_into` that
/// `#[differentiate]` writes:
///
/// ```
/// use autodiff_runtime::differentiate;
/// use autodiff_runtime::nalgebra::{DMatrix, dmatrix};
/// use autodiff_runtime::nn::{Loss, PerSample};
///
/// /// The Huber loss of the first output.
/// #[differentiate(wrt(output))]
/// fn huber(output: &[f64], target: f64) -> f64 {
///     let residual = (output[0] - target).abs();
///     if residual <= 1.0 { 0.5 * residual * residual } else { residual - 0.5 }
/// }
///
/// let loss = PerSample::new(|output: &[f64], gradient: &mut [f64], target: &f64| {
///     huber_grad_into(output, gradient, *target)
/// });
/// let (outputs, mut cotangent) = (dmatrix![0.5; -5.0], DMatrix::zeros(2, 1));
/// let mean = loss.evaluate(&outputs, &[0.0, 0.0], &mut cotangent, &mut Vec::new())?;
/// assert_eq!(mean, (0.125 + 4.5) / 2.0);
/// assert_eq!(cotangent, dmatrix![0.5; -1.0]);
/// # Ok::<(), autodiff_runtime::nn::LossError>(())
/// ```
#[derive(Clone, Copy)]
pub struct PerSample<F, Y> {
    loss: F,
    target: PhantomData<fn(&Y)>,
}

impl<F, Y> PerSample<F, Y> {
    /// The loss computed by this function.
    pub fn new<T: Real>(loss: F) -> Self
    where
        F: Fn(&[T], &mut [T], &Y) -> T,
    {
        Self {
            loss,
            target: PhantomData,
        }
    }
}

impl<F, Y> fmt::Debug for PerSample<F, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerSample")
    }
}

impl<T: Real, Y, F: Fn(&[T], &mut [T], &Y) -> T> Loss<T> for PerSample<F, Y> {
    type Targets = [Y];

    fn evaluate(
        &self,
        outputs: &DMatrix<T>,
        targets: &[Y],
        cotangent: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> Result<T, LossError> {
        let samples = check_batch(outputs, targets.len(), cotangent)?;
        let width = outputs.ncols();
        scratch.resize(samples + 2 * width, T::ZERO);
        let (losses, row) = scratch.split_at_mut(samples);
        let (output, gradient) = row.split_at_mut(width);
        for (i, target) in targets.iter().enumerate() {
            for (o, &value) in output.iter_mut().zip(outputs.row(i).iter()) {
                *o = value;
            }
            gradient.fill(T::ZERO);
            losses[i] = (self.loss)(output, gradient, target);
            for (entry, &g) in cotangent.row_mut(i).iter_mut().zip(&*gradient) {
                *entry = g;
            }
        }
        mean_of(losses)
    }
}
