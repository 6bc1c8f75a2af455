//! Geometric medians: exact, and smoothed.

mod search;
mod smoothed;

use super::column::sum_by;
use super::error::AggregateError;
use super::geometry::Geometry;
use super::kernel::vectorised;
use super::samples::larger;
use super::weighing::{Scope, Weighing};

pub(super) use search::{CentredGram, geometric_median, scratch_len};
pub use smoothed::{SmoothedGeometricMedian, Start};

/// The geometric median argmin_z Σᵢ ‖gᵢ − z‖ of whole gradients.
///
/// The minimiser is found to full precision, in the space of weights: the test of Vardi and Zhang for a median at a data
/// point, then damped Newton steps. Of two samples every point between is a minimiser; the estimate is their midpoint.
///
/// Breakdown point 1/2: any minority of arbitrary samples moves it a bounded way. It is not the mean of skewed data, and
/// on sparse, skewed gradients of many classes its steps are short; [`MedianOfMeans`](super::MedianOfMeans) keeps most of
/// the robustness at less bias.
///
/// | option | default | effect |
/// |---|---|---|
/// | [`scope`](Self::scope) | [`Scope::Joint`] | what one vector is |
///
/// Cost for a dense layer: distances, O(N²(P+Q)), a few steps of O(N²), and one matrix product; memory O(N² + N(P+Q)).
/// Source: Y. Vardi, C.-H. Zhang, *The multivariate L1-median and associated data depth*, PNAS 97 (2000); for gradients
/// Y. Chen, L. Su, J. Xu (2017).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, GeometricMedian};
/// use nalgebra::{dmatrix, dvector};
///
/// // The corners of a square and a point far away: the median stays within the square.
/// let gradients = dmatrix![0.0, 0.0; 0.0, 1.0; 1.0, 0.0; 1.0, 1.0; 1e9, 1e9];
/// let median = GeometricMedian::default().of_rows(&gradients)?;
/// assert!(median.iter().all(|z| (0.5..=1.0).contains(z)));
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeometricMedian {
    scope: Scope,
}

impl GeometricMedian {
    /// Sets what one vector is.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope }
    }

    pub(super) fn options(&self) -> Scope {
        self.scope
    }
}

impl Weighing for GeometricMedian {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        geometric_median_of(Points::of(geometry), weights);
        Ok(())
    }

    fn scope(&self) -> Scope {
        self.scope
    }
}

/// Points of which the pairwise products and distances are known.
#[derive(Clone, Copy)]
pub(super) struct Points<'a> {
    pub count: usize,
    pub inner_products: &'a [f64],
    pub squared_distances: &'a [f64],
}

impl<'a> Points<'a> {
    fn of(geometry: &'a Geometry<'_>) -> Self {
        Self {
            count: geometry.samples(),
            inner_products: geometry.inner_products(),
            squared_distances: geometry.squared_distances(),
        }
    }

    /// The point of least total distance to the others.
    fn medoid(&self) -> usize {
        let distances = |i: usize| &self.squared_distances[i * self.count..][..self.count];
        let total = |i: usize| vectorised(|| sum_by(distances(i), f64::sqrt));
        let totals = (0..self.count).map(total).enumerate();
        let least = totals.min_by(|(_, a), (_, b)| a.total_cmp(b));
        least.map_or(0, |(i, _)| i)
    }

    /// ⟨bᵢ − bₒ, bⱼ − bₒ⟩. It follows from distances and from products; whichever has the smaller terms has lost less.
    fn centred(&self, origin: usize) -> Vec<f64> {
        let n = self.count;
        let (d, k) = (self.squared_distances, self.inner_products);
        let origin_products = &k[origin * n..][..n];
        let origin_distances = &d[origin * n..][..n];
        let square = origin_products[origin];
        let mut centred = vec![0.0; n * n];
        vectorised(|| {
            // All of the symmetric matrix: row after row is faster than a triangle and its mirror image.
            for (i, row) in centred.chunks_exact_mut(n).enumerate() {
                let (from_origin, with_origin) = (origin_distances[i], origin_products[i]);
                let of_row = d[i * n..].iter().zip(&k[i * n..]);
                let of_origin = origin_distances.iter().zip(origin_products);
                for ((value, (&distance, &product)), (&other, &with_other)) in
                    row.iter_mut().zip(of_row).zip(of_origin)
                {
                    let by_distances = from_origin + other - distance;
                    let by_products = (product - with_origin) - (with_other - square);
                    let distance_terms = larger(from_origin, larger(other, distance));
                    let product_terms = larger(product.abs(), with_origin.abs());
                    let product_terms = larger(product_terms, larger(square, with_other.abs()));
                    *value = if distance_terms <= product_terms {
                        by_distances / 2.0
                    } else {
                        by_products
                    };
                }
            }
        });
        centred
    }
}

/// Writes the weights of the geometric median of the points.
pub(super) fn geometric_median_of(points: Points<'_>, weights: &mut [f64]) {
    let origin = points.medoid();
    let values = points.centred(origin);
    let gram = CentredGram {
        values: &values,
        points: points.count,
        origin,
    };
    geometric_median(gram, weights, &mut vec![0.0; scratch_len(points.count)]);
}
