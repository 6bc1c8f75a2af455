//! A constant factor on another aggregator's estimate.

use super::aggregator::Aggregator;
use super::dense_rule::DenseRule;
use super::error::{AggregateError, ParameterError};
use super::non_finite::NonFinite;
use super::part::Part;
use super::workspace::Workspace;
use crate::real::Real;

/// What an estimate is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Factor {
    /// A fixed number.
    Constant(f64),
    /// 1/N, N being the samples of the call.
    OneOverN,
}

impl Factor {
    pub(super) fn value<T: Real>(self, samples: usize) -> T {
        match self {
            Self::Constant(factor) => T::of(factor),
            Self::OneOverN => T::of_count(samples).recip(),
        }
    }
}

/// Another aggregator's estimate times a factor.
///
/// With [`Factor::OneOverN`] round [`Mean`](super::Mean) it is the control experiment for the published code: the step
/// shrinks by N as there, but nothing is truncated.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Mean, Scaled};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![2.0; 4.0];
/// assert_eq!(Scaled::over_n(Mean).of_rows(&gradients)?, dvector![1.5]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaled<A> {
    inner: A,
    factor: Factor,
}

impl<A> Scaled<A> {
    pub(super) fn new(inner: A, factor: Factor) -> Self {
        Self { inner, factor }
    }

    /// Multiplies finished estimates.
    pub(super) fn scale<T: Real>(&self, parts: &mut [Part<'_, T>]) {
        for part in parts {
            part.scale(self.factor.value(part.samples()));
        }
    }

    /// `inner` times a fixed number.
    ///
    /// # Errors
    /// [`ParameterError`] if `factor` is not finite.
    pub fn by(inner: A, factor: f64) -> Result<Self, ParameterError> {
        let factor = ParameterError::check("scale", "finite", factor, factor.is_finite())?;
        Ok(Self {
            inner,
            factor: Factor::Constant(factor),
        })
    }

    /// `inner` divided by the number of samples.
    pub fn over_n(inner: A) -> Self {
        Self {
            inner,
            factor: Factor::OneOverN,
        }
    }
}

impl<T: Real, A: Aggregator<T>> Aggregator<T> for Scaled<A> {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.inner.estimate(parts, work)?;
        self.scale(parts);
        Ok(())
    }

    fn non_finite(&self) -> NonFinite {
        self.inner.non_finite()
    }

    fn reveals_non_finite(&self) -> bool {
        self.inner.reveals_non_finite()
    }

    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        let rule = self.inner.dense_rule(samples)?;
        Some(rule.times(self.factor.value(samples)))
    }
}
