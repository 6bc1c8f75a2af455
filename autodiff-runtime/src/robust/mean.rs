//! The arithmetic mean.

use super::aggregator::Aggregator;
use super::dense_rule::DenseRule;
use super::error::AggregateError;
use super::part::Part;
use super::product::{scaled_row_sum, scaled_sum};
use super::streaming::{Access, Streaming};
use super::workspace::Workspace;
use crate::real::Real;

/// The arithmetic mean (1/N) Σᵢ gᵢ: ordinary gradient descent.
///
/// Breakdown point 0: a single sample moves it arbitrarily far. For a dense layer it costs one matrix product.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Mean};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![1.0, 10.0; 2.0, 20.0; 6.0, 60.0];
/// assert_eq!(Mean.of_rows(&gradients)?, dvector![3.0, 30.0]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean;

impl<T: Real> Aggregator<T> for Mean {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        for part in parts {
            let per_sample = T::of_count(part.samples()).recip();
            match part {
                Part::Rows {
                    gradients,
                    estimate,
                } => scaled_row_sum(*gradients, per_sample, estimate),
                Part::Dense {
                    gradients,
                    estimate,
                } => {
                    scaled_sum(*gradients, per_sample, estimate.weight.as_mut_slice());
                    let bias = gradients.bias_rows();
                    scaled_row_sum(bias, per_sample, estimate.bias.as_mut_slice());
                }
            }
        }
        Ok(())
    }

    fn reveals_non_finite(&self) -> bool {
        true
    }

    fn access(&self) -> Access {
        Access::Samples(Streaming::Mean)
    }

    fn dense_rule(&self, _: usize) -> Option<DenseRule> {
        Some(DenseRule::Mean { factor: 1.0 })
    }
}
