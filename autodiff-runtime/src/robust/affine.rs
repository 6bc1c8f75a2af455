//! A point z = Σᵢ wᵢ gᵢ that moves about in weight space, and its distances to the samples.

use super::geometry::Geometry;
use super::kernel::vectorised;
use super::samples::reduce;

/// Distances ‖gᵢ − z‖ of the samples from a weighted sum of them, from inner products.
pub(super) struct Affine<'a> {
    inner_products: &'a [f64],
    /// ‖gᵢ − z‖².
    squared: Vec<f64>,
}

impl<'a> Affine<'a> {
    pub fn new(geometry: &'a Geometry<'_>) -> Self {
        Self {
            inner_products: geometry.inner_products(),
            squared: vec![0.0; geometry.samples()],
        }
    }

    /// Moves to the weighted sum of the samples.
    pub fn move_to(&mut self, weights: &[f64]) {
        let n = weights.len();
        let mut square = 0.0;
        for (i, (squared, w)) in self.squared.iter_mut().zip(weights).enumerate() {
            let row = &self.inner_products[i * n..][..n];
            let product = dot(row, weights);
            square += w * product;
            *squared = row[i] - 2.0 * product;
        }
        self.squared
            .iter_mut()
            .for_each(|squared| *squared += square);
    }

    /// ‖gᵢ − z‖. NaN is not hidden.
    pub fn distance(&self, i: usize) -> f64 {
        let squared = self.squared[i];
        if squared < 0.0 { 0.0 } else { squared.sqrt() }
    }
}

/// Accumulators of an inner product.
const LANES: usize = 16;

/// ⟨a, b⟩.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, at), (b, bt)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let lanes = vectorised(|| {
        let mut lanes = [0.0; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                lanes[lane] += a[lane] * b[lane];
            }
        }
        lanes
    });
    let tail: f64 = at.iter().zip(bt).map(|(a, b)| a * b).sum();
    reduce(lanes) + tail
}
