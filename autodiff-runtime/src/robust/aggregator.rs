//! The trait: from N per-sample gradients to one step.

use std::fmt::Debug;
use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::data::{DenseGradient, OuterProducts, Rows};
use super::dense_rule::DenseRule;
use super::error::{AggregateError, ShapeError};
use super::non_finite::{self, NonFinite};
use crate::real::Real;

/// An estimator of the mean of N per-sample gradients.
///
/// Estimates have the scale of the *mean* gradient, never of the sum. Both faces give the same numbers:
/// [`aggregate_rows`](Self::aggregate_rows) for gradients stored as an N × D matrix,
/// [`aggregate_outer`](Self::aggregate_outer) for the factored gradients of a dense layer.
///
/// Callers use the `aggregate_*` and `of_*` methods, which check what comes in and out; authors of an estimator write
/// `estimate_*`, which may rely on N ≥ 1 and fitting shapes. Aggregators are shared between layers and threads: what
/// they need besides parameters lives in the [`Workspace`].
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, MedianOfMeans};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![1.0, 2.0; 1.0, 2.0; 1e6, -1e6];
/// assert_eq!(MedianOfMeans::new(3)?.of_rows(&gradients)?, dvector![1.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Aggregator<T: Real>: Debug + Send + Sync {
    /// Writes the estimate of the D coordinates of `rows`.
    ///
    /// # Errors
    /// What the estimator cannot do with finite data of this shape.
    fn estimate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError>;

    /// Writes the estimate of the weights and the bias of a dense layer into `estimate`, which has the right shape.
    ///
    /// # Errors
    /// What the estimator cannot do with finite data of this shape.
    fn estimate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError>;

    /// What happens to samples that hold NaN or infinities.
    fn non_finite(&self) -> NonFinite {
        NonFinite::Error
    }

    /// Whether a single non-finite sample always makes the estimate non-finite, so that looking at the estimate is
    /// check enough. Estimators that may pass over a sample leave it `false`.
    fn reveals_non_finite(&self) -> bool {
        false
    }

    /// The closed form for batches of `samples`, where the estimator is one; see [`DenseRule`].
    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        let _ = samples;
        None
    }

    /// Checks `rows`, treats non-finite samples by the policy, and writes the estimate. Not meant to be overridden.
    ///
    /// # Errors
    /// [`AggregateError`]: no samples, a wrong length of `estimate`, or non-finite samples under
    /// [`NonFinite::Error`].
    fn aggregate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        ShapeError::check(
            "rows",
            "coordinates of the estimate",
            rows.dimension(),
            estimate.len(),
        )?;
        non_finite::aggregate_rows(self, rows, estimate, work)
    }

    /// Checks `outer`, treats non-finite samples by the policy, shapes `estimate` and writes it. Not meant to be
    /// overridden.
    ///
    /// # Errors
    /// [`AggregateError`]: no samples, or non-finite samples under [`NonFinite::Error`].
    fn aggregate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        estimate.reshape(outer.outputs(), outer.inputs());
        non_finite::aggregate_outer(self, outer, estimate, work)
    }

    /// The estimate from an N × D matrix of gradients, in buffers of its own.
    ///
    /// # Errors
    /// As [`aggregate_rows`](Self::aggregate_rows).
    fn of_rows(&self, gradients: &DMatrix<T>) -> Result<DVector<T>, AggregateError> {
        let mut estimate = DVector::zeros(gradients.ncols());
        self.aggregate_rows(
            gradients.into(),
            estimate.as_mut_slice(),
            &mut Workspace::new(),
        )?;
        Ok(estimate)
    }

    /// The estimate for a dense layer, in buffers of its own.
    ///
    /// # Errors
    /// As [`aggregate_outer`](Self::aggregate_outer).
    fn of_outer(&self, outer: OuterProducts<'_, T>) -> Result<DenseGradient<T>, AggregateError> {
        let mut estimate = DenseGradient::default();
        self.aggregate_outer(outer, &mut estimate, &mut Workspace::new())?;
        Ok(estimate)
    }
}

impl<T: Real, A: Aggregator<T> + ?Sized> Aggregator<T> for Arc<A> {
    fn estimate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        (**self).estimate_rows(rows, estimate, work)
    }

    fn estimate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        (**self).estimate_outer(outer, estimate, work)
    }

    fn non_finite(&self) -> NonFinite {
        (**self).non_finite()
    }

    fn reveals_non_finite(&self) -> bool {
        (**self).reveals_non_finite()
    }

    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        (**self).dense_rule(samples)
    }
}

/// Buffers that aggregators reuse from call to call.
///
/// They grow to the largest request and stay: repeated aggregation of one shape allocates nothing after the first.
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    reals: Vec<T>,
    doubles: Vec<f64>,
    /// The samples that [`NonFinite::Drop`] keeps; apart, because the estimator uses the other buffers meanwhile.
    pub(super) kept: Vec<T>,
}

impl<T: Real> Workspace<T> {
    /// Empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// `reals` numbers of the data's precision and `doubles` of double precision, with unspecified contents.
    pub fn buffers(&mut self, reals: usize, doubles: usize) -> (&mut [T], &mut [f64]) {
        if self.reals.len() < reals {
            self.reals.resize(reals, T::ZERO);
        }
        if self.doubles.len() < doubles {
            self.doubles.resize(doubles, 0.0);
        }
        (&mut self.reals[..reals], &mut self.doubles[..doubles])
    }
}
