//! A spectral filter: weighs down what stretches the covariance most.

mod lanczos;

use super::affine::dot;
use super::count::Count;
use super::error::AggregateError;
use super::geometry::Geometry;
use super::weighing::{Scope, Weighing};

use lanczos::{Symmetric, top_eigenpair};

/// The covariance-bound filter CAF. Samples have weights cᵢ, all 1 at first. While Σ cᵢ > n − 2f, with μ the weighted mean
/// and v the direction of the largest variance λ about it, cᵢ ← cᵢ (1 − τᵢ/max τ) for τᵢ = ⟨gᵢ − μ, v⟩² (the maximum over
/// samples of positive weight). The estimate is the μ whose λ was the least.
///
/// Withstands f bad samples, fewer than a quarter to a third, with an error that does not grow with the dimension: outliers
/// that hide in many coordinates at once show in the top direction. On clean data it takes off the widest direction of the
/// honest samples, such as a rare class.
///
/// | option | default | effect |
/// |---|---|---|
/// | f | 10 % | the number of bad samples that is assumed |
/// | [`scope`](Self::scope) | [`Scope::Joint`] | what one vector is |
///
/// Cost for a dense layer: distances, O(N²(P+Q)), then per round a top eigenvector by Lanczos' method,
/// O(N²) a step; at most N rounds, each of which removes a sample or more. One matrix product. Memory O(N² + N(P+Q)).
/// Source: I. Diakonikolas et al. (2017); Y. Allouah, R. Guerraoui, J. Stephan, *Robust learning with adaptive covariance
/// filtering* (CAF).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, SpectralFilter};
/// use nalgebra::DMatrix;
///
/// // 0.2 away in each of 200 coordinates: no coordinate shows it, the direction does.
/// let gradients = DMatrix::from_fn(60, 200, |i, j| {
///     ((i * 200 + j) as f64).sin() + if i % 12 == 0 { 2.0 } else { 0.0 }
/// });
/// let mean = gradients.row_mean().transpose();
/// let filtered = SpectralFilter::new(5).of_rows(&gradients)?;
/// assert!(filtered.mean() < 0.3 * mean.mean());
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectralFilter {
    f: Count,
    scope: Scope,
}

impl Default for SpectralFilter {
    /// f is a tenth.
    fn default() -> Self {
        Self::new(Count::ten_percent())
    }
}

impl SpectralFilter {
    /// The filter against `f` bad samples: a number, or a share of all ([`Count::share`]).
    pub fn new(f: impl Into<Count>) -> Self {
        Self {
            f: f.into(),
            scope: Scope::Joint,
        }
    }

    /// Sets what one vector is.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) fn options(&self) -> (Count, Scope) {
        (self.f, self.scope)
    }
}

impl Weighing for SpectralFilter {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        let n = geometry.samples();
        let enough = n as f64 - 2.0 * self.f.of(n) as f64;
        weights.fill(1.0 / n as f64);
        let mut c = vec![1.0; n];
        let mut least = f64::INFINITY;
        let mut covariance = Covariance::new(geometry);
        loop {
            let total: f64 = c.iter().sum();
            if total <= enough || total <= 0.0 {
                return Ok(());
            }
            covariance.centre(&c, total);
            let (variance, deviations) = covariance.top_direction();
            if variance < least {
                least = variance;
                for (weight, c) in weights.iter_mut().zip(&c) {
                    *weight = c / total;
                }
            }
            let alive = c.iter().zip(&deviations).filter(|&(&c, _)| c > 0.0);
            let largest = alive.map(|(_, d)| d * d).fold(0.0, f64::max);
            // A variance of zero, or NaN.
            if largest.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
                return Ok(());
            }
            for (c, d) in c.iter_mut().zip(&deviations) {
                *c *= 1.0 - (d * d / largest).min(1.0);
            }
        }
    }

    fn scope(&self) -> Scope {
        self.scope
    }
}

/// The inner products of differences to a weighted mean that moves, from distances, which have no large common part:
/// ⟨gᵢ − μ, gⱼ − μ⟩ = (aᵢ + aⱼ − wᵀa − Dᵢⱼ)/2 with a = Dw. Only D is stored.
struct Covariance<'a> {
    squared_distances: &'a [f64],
    /// a.
    from_mean: Vec<f64>,
    /// wᵀa.
    spread: f64,
    /// √cᵢ, and Σc.
    roots: Vec<f64>,
    total: f64,
}

impl<'a> Covariance<'a> {
    fn new(geometry: &'a Geometry<'_>) -> Self {
        Self {
            squared_distances: geometry.squared_distances(),
            from_mean: vec![0.0; geometry.samples()],
            spread: 0.0,
            roots: vec![0.0; geometry.samples()],
            total: 0.0,
        }
    }

    /// Centres at the mean weighted by c.
    fn centre(&mut self, c: &[f64], total: f64) {
        for (from_mean, row) in self
            .from_mean
            .iter_mut()
            .zip(self.squared_distances.chunks_exact(c.len()))
        {
            *from_mean = dot(row, c) / total;
        }
        self.spread = dot(&self.from_mean, c) / total;
        self.total = total;
        for (root, c) in self.roots.iter_mut().zip(c) {
            *root = c.sqrt();
        }
    }

    /// R Rᵀ z, for the differences R to μ.
    fn times(&self, z: &[f64]) -> Vec<f64> {
        let sum: f64 = z.iter().sum();
        let mean = dot(&self.from_mean, z) - self.spread * sum;
        let rows = self.squared_distances.chunks_exact(z.len());
        rows.zip(&self.from_mean)
            .map(|(row, from_mean)| (from_mean * sum + mean - dot(row, z)) / 2.0)
            .collect()
    }

    /// The largest variance, and ⟨gᵢ − μ, v⟩ up to a common factor along its direction v.
    ///
    /// The covariance RᵀCR/Σc has the eigenvalues of √C RRᵀ √C/Σc, which is of size n, and v = Rᵀ√C u for its eigenvector
    /// u.
    fn top_direction(&self) -> (f64, Vec<f64>) {
        let (variance, mut u) = top_eigenpair(self);
        scale(&mut u, &self.roots);
        (variance, self.times(&u))
    }
}

impl Symmetric for Covariance<'_> {
    fn size(&self) -> usize {
        self.roots.len()
    }

    /// √C RRᵀ √C u/Σc.
    fn times(&self, u: &[f64]) -> Vec<f64> {
        let mut z = u.to_vec();
        scale(&mut z, &self.roots);
        let mut image = Covariance::times(self, &z);
        scale(&mut image, &self.roots);
        image.iter_mut().for_each(|entry| *entry /= self.total);
        image
    }
}

fn scale(vector: &mut [f64], by: &[f64]) {
    vector
        .iter_mut()
        .zip(by)
        .for_each(|(entry, by)| *entry *= by);
}
