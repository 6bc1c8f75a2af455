//! What a vector estimator may know of N gradients: their norms and distances.

mod measure;
mod pairs;
mod view;

use std::cell::{Cell, OnceCell};
use std::fmt;

use super::workspace::Workspace;
use crate::real::Real;

use measure::{Measure, Views};
pub(super) use view::View;

/// Norms and distances of N per-sample gradients, each found when first asked for.
///
/// For factored gradients they come from Gram matrices, ⟨gᵢ, gⱼ⟩ = ⟨gyᵢ, gyⱼ⟩(⟨xᵢ, xⱼ⟩ + 1), summed over the parts of a
/// model, in double precision whatever the data's: N²(P+Q) multiplications per layer instead of N²PQ. Distances that the
/// Gram matrix has lost to cancellation are taken from differences.
///
/// All lengths are in units of [`unit`](Self::unit), which is 1 unless squares would leave the range of the numbers.
pub struct Geometry<'a> {
    data: &'a dyn Measure,
    samples: usize,
    unit: f64,
    squared_norms: OnceCell<Vec<f64>>,
    /// Inner products and, behind them, squared distances.
    pairs: OnceCell<Vec<f64>>,
    spare: [Cell<Vec<f64>>; 2],
}

impl fmt::Debug for Geometry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Geometry")
            .field("samples", &self.samples)
            .field("unit", &self.unit)
            .finish_non_exhaustive()
    }
}

impl Geometry<'_> {
    /// N.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The length that is 1 here. A parameter that is a length is divided by it.
    pub fn unit(&self) -> f64 {
        self.unit
    }

    /// ‖gᵢ‖², N numbers.
    pub fn squared_norms(&self) -> &[f64] {
        self.squared_norms.get_or_init(|| {
            let mut norms = self.spare[0].take();
            norms.clear();
            norms.resize(self.samples, 0.0);
            self.data.squared_norms(self.unit, &mut norms);
            norms
        })
    }

    /// ⟨gᵢ, gⱼ⟩, the N × N entries of a symmetric matrix.
    pub fn inner_products(&self) -> &[f64] {
        &self.pairs()[..self.samples * self.samples]
    }

    /// ‖gᵢ − gⱼ‖², the N × N entries of a symmetric matrix.
    pub fn squared_distances(&self) -> &[f64] {
        &self.pairs()[self.samples * self.samples..]
    }

    fn pairs(&self) -> &[f64] {
        self.pairs.get_or_init(|| {
            let mut pairs = self.spare[1].take();
            pairs.clear();
            pairs.resize(2 * self.samples * self.samples, 0.0);
            let (products, distances) = pairs.split_at_mut(self.samples * self.samples);
            self.data.pairs(self.unit, products, distances);
            pairs
        })
    }

    /// Calls `then` with the geometry of the vectors that `views` make together; its buffers live in the workspace.
    pub(super) fn with<T: Real, R>(
        views: &[View<'_, T>],
        work: &mut Workspace<T>,
        then: impl FnOnce(&Geometry<'_>) -> R,
    ) -> R {
        let geometry = Geometry {
            data: &Views(views),
            samples: views.first().map_or(0, View::samples),
            unit: measure::unit(views),
            squared_norms: OnceCell::new(),
            pairs: OnceCell::new(),
            spare: [
                Cell::new(std::mem::take(&mut work.norms)),
                Cell::new(std::mem::take(&mut work.pairs)),
            ],
        };
        let result = then(&geometry);
        let [norms, pairs] = geometry.spare.map(Cell::into_inner);
        work.norms = geometry.squared_norms.into_inner().unwrap_or(norms);
        work.pairs = geometry.pairs.into_inner().unwrap_or(pairs);
        result
    }
}
