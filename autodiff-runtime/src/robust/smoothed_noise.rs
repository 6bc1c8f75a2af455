//! Holland's mean under multiplicative noise.

use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

use super::aggregator::Aggregator;
use super::column::{largest_distance, sum_by};
use super::coordinatewise::locate;
use super::error::{AggregateError, ParameterError};
use super::order::ByValues;
use super::part::Part;
use super::psi;
use super::streaming::Access;
use super::workspace::Workspace;
use crate::real::Real;

/// The mean smoothed by multiplicative noise, coordinate by coordinate:
/// (s/N) Σᵢ E ψ((1 + ε)xᵢ/s) with ε ~ N(0, 1/(2L)), s² = N v/(2L), v = mean of x², L = log(1/δ), and ψ that of soft
/// truncation. The expectation is taken in closed form.
///
/// It shrinks towards zero, the origin being a point of its own: good where gradients are near zero, a bias where they are
/// not. It needs a bound on the second moment only, no centre. Breakdown point 1/N.
///
/// | option | default | effect |
/// |---|---|---|
/// | δ | 0.005 | the probability that the bound may fail |
///
/// Cost for a dense layer: one pass over N·P·Q products for s, one with two error functions each.
/// Source: M. J. Holland, *Robust descent using smoothed multiplicative noise*, AISTATS 2019.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, SmoothedNoise};
/// use nalgebra::dmatrix;
///
/// let estimate = SmoothedNoise::new(0.005)?.of_rows(&dmatrix![1.0; 2.0; 3.0; 100.0])?[0];
/// assert!(estimate < 0.9 * 26.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothedNoise {
    delta: f64,
}

impl Default for SmoothedNoise {
    /// δ = 0.005.
    fn default() -> Self {
        Self { delta: 0.005 }
    }
}

impl SmoothedNoise {
    /// The estimator at confidence parameter δ.
    ///
    /// # Errors
    /// [`ParameterError`] unless 0 < δ < 1.
    pub fn new(delta: f64) -> Result<Self, ParameterError> {
        ParameterError::check_delta(delta)?;
        Ok(Self { delta })
    }

    pub(super) fn options(&self) -> f64 {
        self.delta
    }

    fn estimate_values(&self, values: &[f64]) -> f64 {
        let (n, two_log) = (values.len() as f64, -2.0 * self.delta.ln());
        let unit = largest_distance(values, 0.0);
        if unit == 0.0 {
            return 0.0;
        }
        let square = sum_by(values, |x| (x / unit).powi(2)) / n;
        let s = unit * (n * square / two_log).sqrt();
        let per_noise = two_log.sqrt().recip();
        let sum = sum_by(values, |x| {
            let a = x / s;
            smoothed_psi(a, a.abs() * per_noise)
        });
        s * (sum / n)
    }
}

impl<T: Real> Aggregator<T> for SmoothedNoise {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        locate(parts, || {
            ByValues::new(|values: &mut [f64]| self.estimate_values(values))
        });
        Ok(())
    }
}

/// E ψ(a + bZ) for a standard normal Z and b ≥ 0.
///
/// Within ±√2 the expectation is that of the cubic, a(1 − b²/2) − a³/6; the rest corrects for the tails beyond, whose
/// truncated moments are Φ and the density at (√2 ∓ a)/b.
fn smoothed_psi(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        return psi(a);
    }
    let (below, above) = ((SQRT_2 + a) / b, (SQRT_2 - a) / b);
    let tail = |v: f64| 0.5 * libm::erfc(v * FRAC_1_SQRT_2);
    let density = |v: f64| (-v * v / 2.0).exp() / (2.0 * PI).sqrt();
    let (p_below, p_above) = (tail(below), tail(above));
    let (d_below, d_above) = (density(below), density(above));
    let cubic = a * (1.0 - b * b / 2.0) - a.powi(3) / 6.0;
    let constant = 2.0 * SQRT_2 / 3.0 * (p_above - p_below);
    let zeroth = -(a - a.powi(3) / 6.0) * (p_above + p_below);
    let first = b * (1.0 - a * a / 2.0) * (d_below - d_above);
    let second = a * b * b / 2.0 * (p_below + p_above + below * d_below + above * d_above);
    let third =
        b.powi(3) / 6.0 * ((2.0 + above * above) * d_above - (2.0 + below * below) * d_below);
    cubic + constant + zeroth + first + second + third
}
