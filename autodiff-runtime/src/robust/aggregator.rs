//! The trait: from N per-sample gradients to one step.

use std::fmt::Debug;
use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::data::{DenseGradient, OuterProducts, Rows};
use super::dense_rule::DenseRule;
use super::error::AggregateError;
use super::non_finite::{self, NonFinite};
use super::part::Part;
use super::streaming::Access;
use super::workspace::Workspace;
use crate::real::Real;

/// An estimator of the mean of N per-sample gradients.
///
/// Estimates have the scale of the *mean* gradient, never of the sum. All faces give the same numbers:
/// [`aggregate_rows`](Self::aggregate_rows) for gradients stored as an N × D matrix,
/// [`aggregate_outer`](Self::aggregate_outer) for the factored gradients of a dense layer, and
/// [`aggregate_model`](Self::aggregate_model) for several of these that are one vector a sample.
///
/// Callers use the `aggregate_*` and `of_*` methods, which check what comes in and out. Authors of an estimator write
/// [`estimate`](Self::estimate), which may rely on N ≥ 1 and fitting shapes; for an estimator that is a weighted mean of
/// whole gradients they implement [`Weighing`](super::Weighing) instead and are done. Aggregators are shared between
/// layers and threads: what they need besides parameters lives in the [`Workspace`].
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
    /// Writes the estimate of every part. All parts have the same N ≥ 1, and estimates have the right shape.
    ///
    /// # Errors
    /// What the estimator cannot do with finite data of this shape.
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
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

    /// What the estimator has to see at once. `Whole` is always right.
    fn access(&self) -> Access {
        Access::Whole
    }

    /// The closed form for batches of `samples`, where the estimator is one; see [`DenseRule`].
    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        let _ = samples;
        None
    }

    /// Checks the parts, treats non-finite samples by the policy, and writes the estimates. Not meant to be overridden.
    ///
    /// A sample is non-finite if it is so in one part; it is then dropped from all of them.
    ///
    /// # Errors
    /// [`AggregateError`]: parts that differ in N, no samples, too few samples for the estimator, non-finite samples
    /// under [`NonFinite::Error`], or an estimate that is not finite although every sample is.
    fn aggregate_model(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let samples = Part::prepare(parts)?;
        non_finite::aggregate(self, samples, parts, work)
    }

    /// The same for one matrix of gradients and D numbers.
    ///
    /// # Errors
    /// As [`aggregate_model`](Self::aggregate_model).
    fn aggregate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.aggregate_model(&mut [Part::rows(rows, estimate)], work)
    }

    /// The same for one dense layer; `estimate` takes its shape.
    ///
    /// # Errors
    /// As [`aggregate_model`](Self::aggregate_model).
    fn aggregate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.aggregate_model(&mut [Part::dense(outer, estimate)], work)
    }

    /// The estimate from an N × D matrix of gradients, in buffers of its own.
    ///
    /// # Errors
    /// As [`aggregate_model`](Self::aggregate_model).
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
    /// As [`aggregate_model`](Self::aggregate_model).
    fn of_outer(&self, outer: OuterProducts<'_, T>) -> Result<DenseGradient<T>, AggregateError> {
        let mut estimate = DenseGradient::default();
        self.aggregate_outer(outer, &mut estimate, &mut Workspace::new())?;
        Ok(estimate)
    }
}

impl<T: Real, A: Aggregator<T> + ?Sized> Aggregator<T> for Arc<A> {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        (**self).estimate(parts, work)
    }

    fn non_finite(&self) -> NonFinite {
        (**self).non_finite()
    }

    fn reveals_non_finite(&self) -> bool {
        (**self).reveals_non_finite()
    }

    fn access(&self) -> Access {
        (**self).access()
    }

    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        (**self).dense_rule(samples)
    }
}
