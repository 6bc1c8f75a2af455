//! Clipping of the finished step.

use super::aggregator::Aggregator;
use super::error::{AggregateError, ParameterError};
use super::non_finite::NonFinite;
use super::part::Part;
use super::streaming::norm_of;
use super::workspace::Workspace;
use crate::real::Real;

/// Another aggregator's estimate, shortened to norm C if it is longer: global gradient clipping.
///
/// Round the [`Mean`](super::Mean) it is the baseline that everybody has, and it helps against steps that are too long. It
/// does not help where outliers turn the *direction* of the mean, as samples of a flipped gradient or wrong labels do.
/// Breakdown point 0 in direction; the length is bounded.
///
/// The norm is that of all parts that are aggregated together: of the whole model if that is one, otherwise of a layer.
/// Source: R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Clipped, Mean};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![0.0, 0.0; 60.0, 80.0];
/// assert_eq!(Clipped::new(Mean, 5.0)?.of_rows(&gradients)?, dvector![3.0, 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clipped<A> {
    inner: A,
    max_norm: f64,
}

impl<A> Clipped<A> {
    /// `inner`, clipped at norm C.
    ///
    /// # Errors
    /// [`ParameterError`] unless C is positive and finite.
    pub fn new(inner: A, max_norm: f64) -> Result<Self, ParameterError> {
        ParameterError::check_positive("clip", max_norm)?;
        Ok(Self { inner, max_norm })
    }
}

impl<T: Real, A: Aggregator<T>> Aggregator<T> for Clipped<A> {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.inner.estimate(parts, work)?;
        clip(parts, self.max_norm);
        Ok(())
    }

    fn non_finite(&self) -> NonFinite {
        self.inner.non_finite()
    }

    fn reveals_non_finite(&self) -> bool {
        self.inner.reveals_non_finite()
    }
}

/// Shortens the estimate of all parts together.
pub(super) fn clip<T: Real>(parts: &mut [Part<'_, T>], max_norm: f64) {
    let mut norm = 0.0_f64;
    for estimate in parts.iter_mut().flat_map(Part::estimates_mut) {
        // The norm of norms: no square overflows.
        norm = norm.hypot(norm_of(estimate.iter().copied()));
    }
    if norm > max_norm {
        let factor = T::of(max_norm / norm);
        parts.iter_mut().for_each(|part| part.scale(factor));
    }
}
