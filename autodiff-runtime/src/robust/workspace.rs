//! Buffers that outlive a call.

use crate::real::Real;

/// Buffers that aggregators reuse from call to call.
///
/// They grow to the largest request and stay: repeated aggregation of one shape allocates nothing after the first.
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    reals: Vec<T>,
    doubles: Vec<f64>,
    /// The samples that [`NonFinite::Drop`](super::NonFinite::Drop) keeps; apart, because the estimator uses the other
    /// buffers meanwhile.
    pub(super) kept: Vec<T>,
    /// The coordinates that [`Selected`](super::Selected) chooses; apart for the same reason.
    pub(super) selected: Vec<T>,
    /// Weights of samples, their norms, inner products and distances.
    pub(super) weights: Vec<f64>,
    pub(super) norms: Vec<f64>,
    pub(super) pairs: Vec<f64>,
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
