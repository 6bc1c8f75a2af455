//! The smoothed geometric median of robust federated aggregation.

use super::{Geometry, Scope, Weighing};
use crate::robust::affine::Affine;
use crate::robust::error::{AggregateError, ParameterError};

/// Where an iteration over whole gradients begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The zero vector.
    #[default]
    Zero,
    /// The mean.
    Mean,
}

/// The smoothed geometric median (RFA): z ← Σᵢ wᵢ gᵢ / Σᵢ wᵢ with wᵢ = 1/max(ν, ‖gᵢ − z‖), a fixed number of times.
///
/// Breakdown point 1/2 in the limit of many iterations and small ν. A few iterations from zero, as usual, already bound
/// the influence of a sample by that of a normalised gradient. For the exact minimiser take
/// [`GeometricMedian`](super::GeometricMedian); it hurts the same data.
///
/// | option | default | effect |
/// |---|---|---|
/// | ν | 0.1 | distances below count as ν; 10⁻⁶ in the paper, 0.1 in ByzFL |
/// | [`iterations`](Self::iterations) | 3 | |
/// | [`start`](Self::start) | [`Start::Zero`] | |
/// | [`scope`](Self::scope) | [`Scope::Joint`] | what one vector is |
///
/// Cost for a dense layer: inner products, O(N²(P+Q)), O(N²) an iteration, one matrix product.
/// Source: K. Pillutla, S. M. Kakade, Z. Harchaoui, *Robust aggregation for federated learning* (2019).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, SmoothedGeometricMedian};
/// use nalgebra::{dmatrix, dvector};
///
/// // From zero, unit weights 1/‖gᵢ‖: (3/3 + 6/6)/(1/3 + 1/6) = 4.
/// let once = SmoothedGeometricMedian::new(0.1)?.iterations(1)?;
/// assert_eq!(once.of_rows(&dmatrix![3.0, 0.0; 6.0, 0.0])?, dvector![4.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothedGeometricMedian {
    nu: f64,
    iterations: usize,
    start: Start,
    scope: Scope,
}

impl Default for SmoothedGeometricMedian {
    /// ν = 0.1, three iterations from zero.
    fn default() -> Self {
        Self {
            nu: 0.1,
            iterations: 3,
            start: Start::Zero,
            scope: Scope::Joint,
        }
    }
}

impl SmoothedGeometricMedian {
    /// Three iterations from zero with smoothing ν.
    ///
    /// # Errors
    /// [`ParameterError`] unless ν is positive and finite.
    pub fn new(nu: f64) -> Result<Self, ParameterError> {
        ParameterError::check_positive("nu", nu)?;
        Ok(Self {
            nu,
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

    /// Sets where the iteration begins.
    #[must_use]
    pub fn start(self, start: Start) -> Self {
        Self { start, ..self }
    }

    /// Sets what one vector is.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(in crate::robust) fn options(&self) -> (f64, usize, Start, Scope) {
        (self.nu, self.iterations, self.start, self.scope)
    }
}

impl Weighing for SmoothedGeometricMedian {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        let nu = self.nu / geometry.unit();
        let start = match self.start {
            Start::Zero => 0.0,
            Start::Mean => 1.0 / weights.len() as f64,
        };
        weights.fill(start);
        let mut point = Affine::new(geometry);
        for _ in 0..self.iterations {
            point.move_to(weights);
            for (i, weight) in weights.iter_mut().enumerate() {
                *weight = nu.max(point.distance(i)).recip();
            }
            let total: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= total);
        }
        Ok(())
    }

    fn scope(&self) -> Scope {
        self.scope
    }
}
