//! M-estimators of location.

use super::aggregator::Aggregator;
use super::column::{falling_root, largest_distance, mean, median_of};
use super::coordinatewise::locate;
use super::error::{AggregateError, ParameterError};
use super::influence::Influence;
use super::order::ByValues;
use super::part::Part;
use super::scale::Scale;
use super::streaming::Access;
use super::workspace::Workspace;
use crate::real::Real;

/// The M-estimate of location, coordinate by coordinate: the θ at which Σᵢ ψ((xᵢ − θ)/s) = 0.
///
/// The root is exact: Newton's method in a bracket, from the median. Where s = 0 (more than half of the values agree and
/// the scale is a MAD) the estimate is the median, the limit.
///
/// Breakdown point 1/2 with a MAD scale and a bounded ψ; 1/N with the standard deviation or a scale about the mean, whose
/// outliers widen s. With a scale of the size of σ it is a robust location, which on sparse, skewed gradients is far from
/// the mean; with s ~ σ√N (Holland and Ikeda) it nearly is the mean and takes off heavy tails only.
///
/// | option | default | effect |
/// |---|---|---|
/// | ψ | [`Influence::Gudermann`] | see [`Influence`] |
/// | s | [`Scale::default`], the standard deviation | see [`Scale`] |
///
/// Cost for a dense layer: a pass over N·P·Q products, never stored, for each of some five Newton steps, and the scale; a
/// median costs more than the root. Memory O(PQ).
/// Source: P. J. Huber (1964); M. J. Holland, K. Ikeda, *Robust regression using biased objectives*, Machine Learning 106
/// (2017).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Influence, MLocation, Multiple, Scale, Spread};
/// use nalgebra::dmatrix;
///
/// let scale = Scale::new(Spread::MadNormal, Multiple::Constant(1.0))?;
/// let huber = MLocation::new(Influence::Huber { c: 1.345 }, scale)?;
/// let theta = huber.of_rows(&dmatrix![1.0; 2.0; 3.0; 4.0; 1e9])?[0];
/// assert!((2.0..4.0).contains(&theta));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MLocation {
    influence: Influence,
    scale: Scale,
}

impl Default for MLocation {
    fn default() -> Self {
        Self {
            influence: Influence::Gudermann,
            scale: Scale::default(),
        }
    }
}

impl MLocation {
    /// The estimate by this influence function and scale.
    ///
    /// # Errors
    /// [`ParameterError`] for a constant of the influence function that is not positive and finite.
    pub fn new(influence: Influence, scale: Scale) -> Result<Self, ParameterError> {
        Ok(Self {
            influence: influence.checked()?,
            scale,
        })
    }

    pub(super) fn options(&self) -> (Influence, Scale) {
        (self.influence, self.scale)
    }
}

impl<T: Real> Aggregator<T> for MLocation {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        locate(parts, || {
            let (this, mut scratch) = (*self, Vec::new());
            ByValues::new(move |values: &mut [f64]| {
                let s = this.scale.of(values, mean(values), &mut scratch);
                let median = median_of(values, &mut scratch);
                if s > 0.0 {
                    root(values, s, median, this.influence)
                } else {
                    median
                }
            })
        });
        Ok(())
    }
}

/// The root of Σ ψ((x − θ)/s), from a start.
pub(super) fn root(values: &[f64], s: f64, start: f64, influence: Influence) -> f64 {
    let (low, high) = (values.iter())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
            (low.min(x), high.max(x))
        });
    // Relative to the start, so that θ has all its digits beside a large common shift.
    let theta = falling_root(low - start, high - start, 0.0, |shift| {
        let (mut sum, mut steepness) = (0.0, 0.0);
        for x in values {
            let u = (x - start - shift) / s;
            sum += influence.value(u);
            steepness += influence.slope(u);
        }
        (sum, steepness / s)
    });
    start + theta
}

/// Where a fixed-point iteration begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Init {
    /// The mean.
    #[default]
    Mean,
    /// The median.
    Median,
}

/// A few fixed-point steps towards an M-estimate: θ ← θ + s · mean ψ((xᵢ − θ)/s).
///
/// One step with [`Influence::CatoniGiulini`] from the mean, at s = σ√(N/(2 log 1/δ)), is soft truncation (Algorithm 2).
/// From the mean a few steps keep part of an outlier's pull; from the median they do not. s = 0 gives the median.
///
/// Breakdown point, parameters, cost and source are those of [`MLocation`]; a pass for each iteration.
///
/// | option | default | effect |
/// |---|---|---|
/// | ψ, s | as [`MLocation`] | |
/// | [`iterations`](Self::iterations) | 1 | |
/// | [`start`](Self::start) | [`Init::Mean`] | |
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Influence, MFixedPoint, Multiple, Scale, SoftTruncation, Spread};
/// use nalgebra::dmatrix;
///
/// let scale = Scale::new(Spread::Std, Multiple::SqrtNOverTwoLog { delta: 0.005 })?;
/// let step = MFixedPoint::new(Influence::CatoniGiulini, scale)?;
/// let gradients = dmatrix![1.0_f64; 2.0; 4.0; 30.0];
/// let (found, expected) = (step.of_rows(&gradients)?, SoftTruncation::new(0.005)?.of_rows(&gradients)?);
/// assert!((found - expected).amax() < 1e-13);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MFixedPoint {
    location: MLocation,
    iterations: usize,
    start: Init,
}

impl Default for MFixedPoint {
    fn default() -> Self {
        Self {
            location: MLocation::default(),
            iterations: 1,
            start: Init::Mean,
        }
    }
}

impl MFixedPoint {
    /// One step from the mean.
    ///
    /// # Errors
    /// As [`MLocation::new`].
    pub fn new(influence: Influence, scale: Scale) -> Result<Self, ParameterError> {
        Ok(Self {
            location: MLocation::new(influence, scale)?,
            ..Self::default()
        })
    }

    /// Sets the number of steps.
    ///
    /// # Errors
    /// [`ParameterError`] for none.
    pub fn iterations(self, iterations: usize) -> Result<Self, ParameterError> {
        ParameterError::check_at_least_one("iterations", iterations)?;
        Ok(Self { iterations, ..self })
    }

    /// Sets where the iteration begins.
    #[must_use]
    pub fn start(self, start: Init) -> Self {
        Self { start, ..self }
    }

    pub(super) fn options(&self) -> (MLocation, usize, Init) {
        (self.location, self.iterations, self.start)
    }

    fn iterate(&self, values: &[f64], scratch: &mut Vec<f64>) -> f64 {
        let mean = mean(values);
        let s = self.location.scale.of(values, mean, scratch);
        if s <= 0.0 || largest_distance(values, mean) == 0.0 {
            return median_of(values, scratch);
        }
        let start = match self.start {
            Init::Mean => mean,
            Init::Median => median_of(values, scratch),
        };
        let step = |theta: f64| {
            let pull = |x: f64| self.location.influence.value((x - theta) / s);
            theta + s * (super::column::sum_by(values, pull) / values.len() as f64)
        };
        (0..self.iterations).fold(start, |theta, _| step(theta))
    }
}

impl<T: Real> Aggregator<T> for MFixedPoint {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        locate(parts, || {
            let (this, mut scratch) = (*self, Vec::new());
            ByValues::new(move |values: &mut [f64]| this.iterate(values, &mut scratch))
        });
        Ok(())
    }
}
