//! Bulyan: repeated Krum, then the mean around the median.

use super::aggregator::Aggregator;
use super::count::{Count, at_least};
use super::error::AggregateError;
use super::geometry::{Geometry, View};
use super::part::Part;
use super::subset::with_subset;
use super::trimmed::MeaMed;
use super::workspace::Workspace;
use crate::real::Real;

/// Bulyan: n − 2f samples are picked one by one by [`Krum`](super::Krum) among the rest, each time with
/// max(1, rest − f − 2) neighbours; of these, per coordinate the mean of the n − 4f values nearest their median.
///
/// Needs n ≥ 4f + 3 samples and withstands f of them, fewer than a quarter, also where a single coordinate is attacked,
/// which distances do not show. It drops up to 4f of n values of every coordinate, and biases skewed gradients.
///
/// | option | default | effect |
/// |---|---|---|
/// | f | 10 % | the number of bad samples that is assumed |
///
/// Samples are picked by all parameters together, whatever part of a model they are in.
/// Cost for a dense layer: distances once, O(N²(P+Q)), picks in O(N³) additions at most, then two selections a coordinate
/// as [`MeaMed`]; memory O(N² + N(P+Q)).
/// Source: E. M. El Mhamdi, R. Guerraoui, S. Rouault, *The hidden vulnerability of distributed learning in Byzantium*,
/// ICML 2018.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Bulyan};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![1.0; 2.0; 2.0; 2.0; 2.0; 3.0; 1e9];
/// assert_eq!(Bulyan::new(1).of_rows(&gradients)?, dvector![2.0]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bulyan {
    f: Count,
}

impl Default for Bulyan {
    /// f is a tenth.
    fn default() -> Self {
        Self::new(Count::ten_percent())
    }
}

impl Bulyan {
    /// Bulyan against `f` bad samples: a number, or a share of all ([`Count::share`]).
    pub fn new(f: impl Into<Count>) -> Self {
        Self { f: f.into() }
    }

    pub(super) fn options(&self) -> Count {
        self.f
    }
}

impl<T: Real> Aggregator<T> for Bulyan {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let n = parts.first().map_or(0, Part::samples);
        let f = self.f.of(n);
        at_least("bulyan", f.saturating_mul(4).saturating_add(3), n)?;
        let views: Vec<_> = parts.iter().map(View::of).collect();
        let picked = Geometry::with(&views, work, |geometry| {
            pick(geometry.squared_distances(), n, f)
        });
        with_subset(parts, &picked, work, |parts, work| {
            MeaMed::new(2 * f).estimate(parts, work)
        })
    }
}

/// Marks the n − 2f samples that Krum picks one after the other.
fn pick(squared_distances: &[f64], n: usize, f: usize) -> Vec<bool> {
    let mut neighbours: Vec<Neighbours> = (0..n)
        .map(|i| Neighbours::of(i, &squared_distances[i * n..][..n]))
        .collect();
    let mut picked = vec![false; n];
    for rest in (2 * f + 1..=n).rev() {
        let count = rest.saturating_sub(f + 2).max(1);
        let scores = neighbours.iter().map(|row| row.score(count)).enumerate();
        let left = scores.filter(|&(i, _)| !picked[i]);
        let Some((best, _)) = left.min_by(|(_, a), (_, b)| a.total_cmp(b)) else {
            break;
        };
        picked[best] = true;
        neighbours.iter_mut().for_each(|row| row.remove(best));
    }
    picked
}

/// The others that are left, from near to far.
struct Neighbours {
    squared_distances: Vec<f64>,
    indices: Vec<usize>,
}

impl Neighbours {
    fn of(sample: usize, squared_distances: &[f64]) -> Self {
        let mut indices: Vec<usize> = (0..squared_distances.len()).collect();
        indices.remove(sample);
        indices.sort_by(|&i, &j| squared_distances[i].total_cmp(&squared_distances[j]));
        Self {
            squared_distances: indices.iter().map(|&i| squared_distances[i]).collect(),
            indices,
        }
    }

    /// The sum of the nearest distances; of none, the last sample left has 0.
    fn score(&self, count: usize) -> f64 {
        let count = count.min(self.squared_distances.len());
        self.squared_distances[..count].iter().sum()
    }

    fn remove(&mut self, sample: usize) {
        if let Some(at) = self.indices.iter().position(|&index| index == sample) {
            self.indices.remove(at);
            self.squared_distances.remove(at);
        }
    }
}
