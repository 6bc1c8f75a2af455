//! Catoni's estimator of the mean.

use super::aggregator::Aggregator;
use super::column::{deviation, mean, median_of};
use super::coordinatewise::locate;
use super::count::at_least;
use super::error::{AggregateError, ParameterError};
use super::influence::Influence;
use super::m_location::root;
use super::order::ByValues;
use super::part::Part;
use super::streaming::Access;
use super::workspace::Workspace;
use crate::real::Real;

/// Catoni's M-estimator, coordinate by coordinate: the root θ of Σᵢ ψ(α(xᵢ − θ)) with
/// ψ(u) = sign(u) log(1 + |u| + u²/2), α = √(2L(N − 2L)/v)/N and L = log(1/δ).
///
/// Deviations from the mean are √(2vL/N), the best constant there is, given the variance v and no more. Needs N > 2L
/// samples; with v estimated by the sample variance, v = 0 gives the mean.
///
/// Breakdown point 1/N: ψ is unbounded and the variance is not robust. For heavy tails, not for outliers.
///
/// | option | default | effect |
/// |---|---|---|
/// | δ | 0.005 | the probability that the bound may fail |
/// | [`variance`](Self::variance) | the sample variance | v, if it is known |
///
/// Cost for a dense layer: a pass over N·P·Q products with a logarithm each for each of some five Newton steps.
/// Source: O. Catoni, *Challenging the empirical mean and empirical variance: a deviation study*, AIHP 48 (2012).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Catoni, Mean};
/// use nalgebra::DMatrix;
///
/// let mut gradients = DMatrix::from_fn(100, 1, |i, _| (i as f64).sin());
/// gradients[7] = 1000.0;
/// let robust = Catoni::new(0.005)?.variance(0.5)?.of_rows(&gradients)?;
/// assert!(robust[0] < 0.1 * Mean.of_rows(&gradients)?[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Catoni {
    delta: f64,
    variance: Option<f64>,
}

impl Default for Catoni {
    /// δ = 0.005, the sample variance.
    fn default() -> Self {
        Self {
            delta: 0.005,
            variance: None,
        }
    }
}

impl Catoni {
    /// The estimator at confidence parameter δ.
    ///
    /// # Errors
    /// [`ParameterError`] unless 0 < δ < 1.
    pub fn new(delta: f64) -> Result<Self, ParameterError> {
        ParameterError::check_delta(delta)?;
        Ok(Self {
            delta,
            variance: None,
        })
    }

    /// Gives the variance of a coordinate.
    ///
    /// # Errors
    /// [`ParameterError`] unless it is positive and finite.
    pub fn variance(self, variance: f64) -> Result<Self, ParameterError> {
        ParameterError::check_positive("variance", variance)?;
        Ok(Self {
            variance: Some(variance),
            ..self
        })
    }

    pub(super) fn options(&self) -> (f64, Option<f64>) {
        (self.delta, self.variance)
    }
}

impl<T: Real> Aggregator<T> for Catoni {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let samples = parts.first().map_or(0, Part::samples);
        let (n, log) = (samples as f64, -self.delta.ln());
        // The least whole number above 2L.
        at_least("catoni", (2.0 * log) as usize + 1, samples)?;
        let per_deviation = (2.0 * log * (n - 2.0 * log)).sqrt() / n;
        let known = self.variance.map(f64::sqrt);
        locate(parts, || {
            let mut scratch = Vec::new();
            ByValues::new(move |values: &mut [f64]| {
                let mean = mean(values);
                let deviation = known.unwrap_or_else(|| deviation(values, mean, 1));
                if deviation == 0.0 {
                    return mean;
                }
                let start = median_of(values, &mut scratch);
                root(
                    values,
                    deviation / per_deviation,
                    start,
                    Influence::CatoniWide,
                )
            })
        });
        Ok(())
    }
}
