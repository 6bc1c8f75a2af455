//! Centred clipping.

use super::affine::Affine;
use super::error::{AggregateError, ParameterError};
use super::geometry::Geometry;
use super::norm_clip::{Radius, shrink};
use super::weighing::{Scope, Weighing};

/// Centred clipping from zero: v ← v + mean over i of (gᵢ − v) · min(1, τ/‖gᵢ − v‖), a fixed number of times.
///
/// One iteration is [`NormClip`](super::NormClip); more follow the bulk of the samples where it is away from zero. Each
/// moves v by at most τ, and a sample by at most 2τ/N, so the breakdown is gradual; theory covers some 10 to 15 % of bad
/// samples. A small τ with few iterations makes short steps.
///
/// | option | default | effect |
/// |---|---|---|
/// | τ | 1 | 10/(1 − β) with momentum β in the paper, 100 in ByzFL, or the median norm |
/// | [`iterations`](Self::iterations) | 1 | 1 to 5 in use |
/// | [`scope`](Self::scope) | [`Scope::Joint`] | what one vector is |
///
/// Cost for a dense layer: inner products, O(N²(P+Q)), O(N²) an iteration, one matrix product; norms alone for one
/// iteration.
/// Source: S. P. Karimireddy, L. He, M. Jaggi, *Learning from history for Byzantine robust optimization*, ICML 2021.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, CenteredClipping};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![5.0; 5.0; 5.0; 1e6];
/// let v = CenteredClipping::new(1.0)?.iterations(20)?.of_rows(&gradients)?[0];
/// assert!((5.0..5.5).contains(&v));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CenteredClipping {
    tau: Radius,
    iterations: usize,
    scope: Scope,
}

impl Default for CenteredClipping {
    /// τ = 1, one iteration.
    fn default() -> Self {
        Self {
            tau: Radius::Fixed(1.0),
            iterations: 1,
            scope: Scope::Joint,
        }
    }
}

impl CenteredClipping {
    /// One iteration with radius τ.
    ///
    /// # Errors
    /// [`ParameterError`] unless τ is positive and finite.
    pub fn new(tau: f64) -> Result<Self, ParameterError> {
        Self::at(Radius::Fixed(tau))
    }

    /// One iteration with a fixed radius or the median norm.
    ///
    /// # Errors
    /// [`ParameterError`] unless a fixed radius is positive and finite.
    pub fn at(tau: Radius) -> Result<Self, ParameterError> {
        Ok(Self {
            tau: tau.check("tau")?,
            ..Self::default()
        })
    }

    /// Sets the number of iterations.
    ///
    /// # Errors
    /// [`ParameterError`] for none.
    pub fn iterations(self, iterations: usize) -> Result<Self, ParameterError> {
        ParameterError::check_at_least_one("iterations", iterations)?;
        Ok(Self { iterations, ..self })
    }

    /// Sets what one vector is.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) fn options(&self) -> (Radius, usize, Scope) {
        (self.tau, self.iterations, self.scope)
    }
}

impl Weighing for CenteredClipping {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        let n = weights.len() as f64;
        let tau = self.tau.value(geometry);
        for (weight, norm) in weights.iter_mut().zip(geometry.squared_norms()) {
            *weight = shrink(tau, norm.sqrt()) / n;
        }
        if self.iterations == 1 {
            return Ok(());
        }
        let mut v = Affine::new(geometry);
        let mut moves = vec![0.0; weights.len()];
        for _ in 1..self.iterations {
            v.move_to(weights);
            for (i, step) in moves.iter_mut().enumerate() {
                *step = shrink(tau, v.distance(i)) / n;
            }
            let stay = 1.0 - moves.iter().sum::<f64>();
            for (weight, step) in weights.iter_mut().zip(&moves) {
                *weight = stay * *weight + step;
            }
        }
        Ok(())
    }

    fn scope(&self) -> Scope {
        self.scope
    }
}
