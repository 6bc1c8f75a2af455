//! The arithmetic mean.

use super::aggregator::{Aggregator, Workspace};
use super::data::{DenseGradient, OuterProducts, Rows};
use super::dense_rule::DenseRule;
use super::error::AggregateError;
use super::product;
use super::samples::Samples;
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
    fn estimate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let samples = T::of_count(rows.samples());
        for (j, mean) in estimate.iter_mut().enumerate() {
            *mean = rows.column(j).sum_by(|g| g) / samples;
        }
        Ok(())
    }

    fn estimate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        product::scaled_sum(outer, T::of_count(outer.samples()).recip(), estimate);
        Ok(())
    }

    fn reveals_non_finite(&self) -> bool {
        true
    }

    fn dense_rule(&self, _: usize) -> Option<DenseRule> {
        Some(DenseRule::Mean { factor: 1.0 })
    }
}
