//! Losses: a number per sample, and its cotangent.

mod cross_entropy;
mod hinge;
mod huber;
mod per_sample;
mod squared_error;

use nalgebra::DMatrix;

use super::Real;
use super::error::{LossError, ShapeError};

pub use cross_entropy::SoftmaxCrossEntropy;
pub use hinge::Hinge;
pub use huber::Huber;
pub use per_sample::PerSample;
pub use squared_error::SquaredError;

/// A loss over a batch: the mean of a loss ℓᵢ per sample.
pub trait Loss<T: Real> {
    /// What the outputs are compared with: labels, a matrix of targets, ….
    type Targets: ?Sized;

    /// Returns (1/N) Σᵢ ℓᵢ and writes ∂ℓᵢ/∂oᵢ, the cotangent of each sample's *own* loss, into row i of `cotangent`.
    ///
    /// `outputs` and `cotangent` are N × Q; `scratch` is a buffer to reuse. To have no factor 1/N in the cotangents is
    /// what per-sample aggregation needs, and the aggregators put it back.
    ///
    /// # Errors
    /// [`LossError`]: an empty batch, targets that do not fit the outputs, or a loss that is not finite.
    fn evaluate(
        &self,
        outputs: &DMatrix<T>,
        targets: &Self::Targets,
        cotangent: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> Result<T, LossError>;
}

/// What every loss checks first; returns N.
fn check_batch<T: Real>(
    outputs: &DMatrix<T>,
    targets: usize,
    cotangent: &DMatrix<T>,
) -> Result<usize, LossError> {
    ShapeError::check("loss", "targets", outputs.nrows(), targets)?;
    ShapeError::check(
        "loss",
        "rows of the cotangent",
        outputs.nrows(),
        cotangent.nrows(),
    )?;
    ShapeError::check(
        "loss",
        "columns of the cotangent",
        outputs.ncols(),
        cotangent.ncols(),
    )?;
    if outputs.nrows() == 0 {
        Err(LossError::Empty)
    } else {
        Ok(outputs.nrows())
    }
}

/// The mean of the losses, or the first that is not finite.
fn mean_of<T: Real>(losses: &[T]) -> Result<T, LossError> {
    let sum = losses.iter().fold(T::ZERO, |sum, &loss| sum + loss);
    match losses.iter().position(|loss| !loss.is_finite()) {
        Some(sample) if !sum.is_finite() => Err(LossError::NonFinite { sample }),
        _ => Ok(sum / T::of_count(losses.len())),
    }
}

/// Every label must be the number of a class.
fn check_labels(labels: &[usize], classes: usize) -> Result<(), LossError> {
    match labels.iter().position(|&label| label >= classes) {
        Some(sample) => Err(LossError::Label {
            sample,
            label: labels[sample],
            classes,
        }),
        None => Ok(()),
    }
}

/// A loss that is a sum over outputs of a function of the residual, given with its derivative.
fn by_entry<T: Real>(
    outputs: &DMatrix<T>,
    targets: &DMatrix<T>,
    cotangent: &mut DMatrix<T>,
    scratch: &mut Vec<T>,
    value_and_slope: impl Fn(T) -> (T, T),
) -> Result<T, LossError> {
    let samples = check_batch(outputs, targets.nrows(), cotangent)?;
    let (columns, place) = (outputs.ncols(), "columns of the targets");
    ShapeError::check("loss", place, columns, targets.ncols())?;
    scratch.clear();
    scratch.resize(samples, T::ZERO);
    let columns = outputs
        .as_slice()
        .chunks_exact(samples)
        .zip(targets.as_slice().chunks_exact(samples));
    for ((output, target), slopes) in
        columns.zip(cotangent.as_mut_slice().chunks_exact_mut(samples))
    {
        for i in 0..samples {
            let (value, slope) = value_and_slope(output[i] - target[i]);
            slopes[i] = slope;
            scratch[i] += value;
        }
    }
    mean_of(scratch)
}
