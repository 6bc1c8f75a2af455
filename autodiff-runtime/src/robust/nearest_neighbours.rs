//! Nearest-neighbour mixing, then a trimmed mean.

use super::aggregator::Aggregator;
use super::coordinatewise::locate;
use super::count::{Count, at_least};
use super::error::AggregateError;
use super::geometry::{Geometry, View};
use super::order::ByValues;
use super::part::Part;
use super::trimmed::trimmed_mean;
use super::workspace::Workspace;
use crate::real::Real;

/// Nearest-neighbour mixing: every sample is replaced by the mean of its n − f nearest, itself included (ties go to the
/// lower index), and a [`TrimmedMean`](super::TrimmedMean) with b = f of the mixtures is taken.
///
/// Needs n > 2f samples and withstands f of them. Mixing brings the good samples together, so that the trimmed mean loses
/// little; the error is of the best possible order for heterogeneous samples.
///
/// | option | default | effect |
/// |---|---|---|
/// | f | 10 % | the number of bad samples that is assumed |
///
/// Neighbours are those by all parameters together, whatever part of a model they are in.
/// Cost for a dense layer: distances, O(N²(P+Q)), and for each of P·Q coordinates N(N − f) additions and a selection: N
/// times the mean's. Memory O(N² + PQ).
/// Source: Y. Allouah, S. Farhadkhani, R. Guerraoui, N. Gupta, R. Pinot, J. Stephan, *Fixing by mixing*, AISTATS 2023.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, NearestNeighbourMixing};
/// use nalgebra::dmatrix;
///
/// let gradients = dmatrix![1.0; 2.0; 3.0; 2.0; 1e9];
/// let estimate = NearestNeighbourMixing::new(1).of_rows(&gradients)?[0];
/// assert!((1.0..=3.0).contains(&estimate));
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearestNeighbourMixing {
    f: Count,
}

impl Default for NearestNeighbourMixing {
    /// f is a tenth.
    fn default() -> Self {
        Self::new(Count::ten_percent())
    }
}

impl NearestNeighbourMixing {
    /// Mixing against `f` bad samples: a number, or a share of all ([`Count::share`]).
    pub fn new(f: impl Into<Count>) -> Self {
        Self { f: f.into() }
    }

    pub(super) fn options(&self) -> Count {
        self.f
    }
}

impl<T: Real> Aggregator<T> for NearestNeighbourMixing {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let n = parts.first().map_or(0, Part::samples);
        let f = self.f.of(n);
        let needed = f.saturating_mul(2).saturating_add(1);
        at_least("nearest-neighbour mixing", needed, n)?;
        let views: Vec<_> = parts.iter().map(View::of).collect();
        let nearest = Geometry::with(&views, work, |geometry| {
            nearest(geometry.squared_distances(), n, n - f)
        });
        locate(parts, || {
            let (nearest, mut mixed) = (&nearest, vec![0.0; n]);
            ByValues::new(move |values: &mut [f64]| {
                for (mixed, mixture) in mixed.iter_mut().zip(nearest.chunks_exact(n - f)) {
                    let sum: f64 = mixture.iter().map(|&j| values[j]).sum();
                    *mixed = sum / (n - f) as f64;
                }
                trimmed_mean(&mut mixed, f)
            })
        });
        Ok(())
    }
}

/// The indices of the `count` nearest of every sample, in rising order.
fn nearest(squared_distances: &[f64], n: usize, count: usize) -> Vec<usize> {
    let mut order = Vec::with_capacity(n);
    let mut nearest = Vec::with_capacity(n * count);
    for row in squared_distances.chunks_exact(n) {
        order.clear();
        order.extend(0..n);
        order.sort_by(|&i: &usize, &j: &usize| row[i].total_cmp(&row[j]));
        order[..count].sort_unstable();
        nearest.extend_from_slice(&order[..count]);
    }
    nearest
}
