//! Geometric medians: exact, and smoothed.

mod search;
mod smoothed;

use super::error::AggregateError;
use super::geometry::Geometry;
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
        let total = |i: usize| distances(i).iter().map(|d| d.sqrt()).sum::<f64>();
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
        for i in 0..n {
            let (from_origin, with_origin) = (origin_distances[i], origin_products[i]);
            for j in 0..=i {
                let (distance, product) = (d[i * n + j], k[i * n + j]);
                let by_distances = from_origin + origin_distances[j] - distance;
                let by_products = product - with_origin - (origin_products[j] - square);
                let distance_terms = from_origin.max(origin_distances[j]).max(distance);
                let product_terms = product.abs().max(with_origin.abs()).max(square);
                let product_terms = product_terms.max(origin_products[j].abs());
                let value = if distance_terms <= product_terms {
                    by_distances / 2.0
                } else {
                    by_products
                };
                centred[i * n + j] = value;
                centred[j * n + i] = value;
            }
        }
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
