//! Soft truncation: Algorithm 2 (ROBUSTIFY) of Holland's tutorial, and its published variant.

use pulp::Simd;

use super::aggregator::Aggregator;
use super::coordinatewise::{Location, locate_tiled};
use super::data::OuterProducts;
use super::dense_rule::DenseRule;
use super::error::{AggregateError, ParameterError};
use super::kernel::{INPUTS, Tile, moments, truncated};
use super::part::Part;
use super::samples::Samples;
use super::streaming::{Access, Streaming};
use super::workspace::Workspace;
use crate::real::Real;

/// The influence function of Catoni and Giulini, equation (2) of the tutorial:
/// ψ(u) = u − u³/6 for |u| ≤ √2, and ±2√2/3 beyond.
///
/// Computed as c − c³/6 with c = clamp(u, ±√2), the same function without a branch.
///
/// ```
/// use autodiff_runtime::robust::psi;
///
/// assert_eq!(psi(0.0), 0.0);
/// assert_eq!(psi(1.0), 1.0 - 1.0 / 6.0);
/// assert_eq!(psi(1e9), -psi(-2.0_f64));
/// ```
#[inline(always)]
pub fn psi<T: Real>(u: T) -> T {
    let bound = T::of(std::f64::consts::SQRT_2);
    // Comparisons in this direction are single machine instructions and let NaN through.
    let c = if u > bound { bound } else { u };
    let c = if c < -bound { -bound } else { c };
    c * (T::ONE - c * c * T::of(1.0 / 6.0))
}

/// The divisor of the sum of squares in a variance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variance {
    /// N − 1, the unbiased sample variance of Algorithm 2.
    #[default]
    Sample,
    /// N, the population variance of the published code.
    Population,
}

impl Variance {
    /// The degrees of freedom taken off N.
    fn ddof(self) -> usize {
        match self {
            Self::Sample => 1,
            Self::Population => 0,
        }
    }
}

/// Soft truncation (Algorithm 2, ROBUSTIFY), coordinate by coordinate:
///
/// x̂ = m + σ (s/N) Σᵢ ψ((xᵢ − m)/(σ s)), with s = √(N / (2 log(1/δ))),
///
/// m the mean, σ² the variance, and [`psi`] bounded. Where nothing reaches the bound this is the mean less a third
/// moment; samples beyond √2·s·σ count as if they stood at 0.94·s·σ.
///
/// It is made for heavy tails. Its **breakdown point is 1/N**, because σ is not robust: at δ = 0.005 a single gross
/// outlier still moves it 0.29 times as far as it moves the mean. Where samples may be arbitrary use
/// [`MedianOfMeans`](super::MedianOfMeans).
///
/// | option | default | effect |
/// |---|---|---|
/// | [`variance`](Self::variance) | [`Variance::Sample`] | N − 1 or N below the sum of squares |
/// | [`variance_floor`](Self::variance_floor) | 0 | σ² is at least this; it fixes an absolute scale below which hardly anything is truncated |
/// | [`over_n`](Self::over_n) | no | estimates the mean of gᵢ/N: the result is N times smaller, and the floor acts on the variance of gᵢ/N |
/// | [`plain_below`](Self::plain_below) | 0 | batches with fewer samples get the plain mean of gᵢ, whatever `over_n` says |
/// | [`unguarded`](Self::unguarded) | no | σ = 0 gives 0/0 = NaN as printed; otherwise it gives the mean, the limit |
///
/// Cost for a dense layer: two sweeps over N·P·Q products that are never stored.
/// Source: M. J. Holland, *Robust gradient descent via back-propagation*, Algorithm 2; O. Catoni and I. Giulini (2017).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Mean, SoftTruncation};
/// use nalgebra::DMatrix;
///
/// let mut gradients = DMatrix::from_fn(100, 1, |i, _| (i as f64).sin());
/// gradients[7] = 1000.0;
/// let robust = SoftTruncation::new(0.005)?.of_rows(&gradients)?;
/// assert!(robust[0] < 0.3 * Mean.of_rows(&gradients)?[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftTruncation {
    delta: f64,
    variance: Variance,
    variance_floor: f64,
    over_n: bool,
    plain_below: usize,
    unguarded: bool,
}

impl Default for SoftTruncation {
    /// Algorithm 2 at δ = 0.005.
    fn default() -> Self {
        Self {
            delta: 0.005,
            variance: Variance::Sample,
            variance_floor: 0.0,
            over_n: false,
            plain_below: 0,
            unguarded: false,
        }
    }
}

impl SoftTruncation {
    /// Algorithm 2 at confidence parameter δ, the probability that the deviation bound may fail.
    ///
    /// # Errors
    /// [`ParameterError`] unless 0 < δ < 1.
    pub fn new(delta: f64) -> Result<Self, ParameterError> {
        let delta = ParameterError::check(
            "delta",
            "above 0 and below 1",
            delta,
            delta > 0.0 && delta < 1.0,
        )?;
        Ok(Self {
            delta,
            ..Self::default()
        })
    }

    /// What the tutorial's published code runs: δ = 0.005, population variance of at least 0.001, on gᵢ/N, and the
    /// plain gradient for fewer than three samples. Its step is N times smaller than that of Algorithm 1.
    pub fn published() -> Self {
        Self {
            variance: Variance::Population,
            variance_floor: 0.001,
            over_n: true,
            plain_below: 3,
            ..Self::default()
        }
    }

    /// Sets the divisor of the variance.
    #[must_use]
    pub fn variance(self, variance: Variance) -> Self {
        Self { variance, ..self }
    }

    /// Sets the least variance.
    ///
    /// # Errors
    /// [`ParameterError`] if `floor` is negative or not finite.
    pub fn variance_floor(self, floor: f64) -> Result<Self, ParameterError> {
        let valid = floor >= 0.0 && floor.is_finite();
        let variance_floor =
            ParameterError::check("variance-floor", "a finite number from 0 up", floor, valid)?;
        Ok(Self {
            variance_floor,
            ..self
        })
    }

    /// Whether the mean of gᵢ/N is estimated, as the published code does, instead of the mean of gᵢ.
    #[must_use]
    pub fn over_n(self, over_n: bool) -> Self {
        Self { over_n, ..self }
    }

    /// Gives batches of fewer than `samples` the plain mean of gᵢ.
    #[must_use]
    pub fn plain_below(self, samples: usize) -> Self {
        Self {
            plain_below: samples,
            ..self
        }
    }

    /// Whether σ = 0 gives NaN, as the algorithm is printed. A single coordinate of a dead ReLU unit then spoils a
    /// network; the option serves comparisons, together with [`NonFinite::Propagate`](super::NonFinite::Propagate).
    #[must_use]
    pub fn unguarded(self, unguarded: bool) -> Self {
        Self { unguarded, ..self }
    }

    pub(super) fn options(&self) -> (f64, Variance, f64, bool, usize, bool) {
        (
            self.delta,
            self.variance,
            self.variance_floor,
            self.over_n,
            self.plain_below,
            self.unguarded,
        )
    }

    /// The estimator for batches of `samples`.
    ///
    /// The estimate of gᵢ/N with floor f is 1/N times the estimate of gᵢ with floor f·N², so that `over_n` costs no
    /// pass over the data.
    pub(super) fn prepare<T: Real>(&self, samples: usize) -> Truncation<T> {
        let n = samples as f64;
        let over_n = self.over_n && samples >= self.plain_below;
        let divisor = if over_n { n } else { 1.0 };
        Truncation {
            samples: T::of(n),
            degrees: T::of_count(samples.saturating_sub(self.variance.ddof())),
            spread: T::of((n / (2.0 * -self.delta.ln())).sqrt()),
            variance_floor: T::of(self.variance_floor * divisor * divisor),
            scale: T::of(1.0 / divisor),
            plain: samples < self.plain_below,
            unguarded: self.unguarded,
        }
    }
}

impl<T: Real> Aggregator<T> for SoftTruncation {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let samples = parts.first().map_or(0, Part::samples);
        let truncation = self.prepare::<T>(samples);
        locate_tiled(parts, &truncation, || truncation);
        Ok(())
    }

    fn reveals_non_finite(&self) -> bool {
        true
    }

    fn access(&self) -> Access {
        Access::Samples(Streaming::SoftTruncation(*self))
    }

    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        let prepared = self.prepare::<f64>(samples);
        Some(if prepared.plain {
            DenseRule::Mean { factor: 1.0 }
        } else {
            DenseRule::SoftTruncation {
                degrees: prepared.degrees,
                spread: prepared.spread,
                variance_floor: prepared.variance_floor,
                scale: prepared.scale,
                unguarded: prepared.unguarded,
            }
        })
    }
}

/// [`SoftTruncation`] with everything that depends on the number of samples worked out.
#[derive(Clone, Copy)]
pub(super) struct Truncation<T> {
    samples: T,
    /// The divisor of the sum of squares.
    degrees: T,
    /// s.
    spread: T,
    variance_floor: T,
    /// Multiplies the estimate.
    scale: T,
    plain: bool,
    unguarded: bool,
}

impl<T: Real> Location<T> for Truncation<T> {
    #[inline(always)]
    fn locate(&mut self, x: impl Samples<T>) -> T {
        let [sum, squares] = x.sums_by(|x| [x, x * x]);
        let mean = sum / self.samples;
        if self.plain {
            return mean;
        }
        let deviation = self.deviation(x, mean, squares);
        if deviation == T::ZERO && !self.unguarded {
            return self.scale * mean;
        }
        let unit = deviation * self.spread;
        let per_unit = unit.recip();
        let truncated = if per_unit.is_finite() {
            x.sum_by(|x| psi((x - mean) * per_unit))
        } else {
            x.sum_by(|x| psi((x - mean) / unit))
        };
        self.scale * (mean + unit * (truncated / self.samples))
    }
}

/// Many weights at once: the same estimate where squares are well-conditioned and cubes in range, the mean where nothing
/// is to be truncated; the others are located one by one.
impl<T: Real> Tile<T> for Truncation<T> {
    type Scratch = ();

    fn scratch<S: Simd>(&self, _: usize) {}

    #[inline(always)]
    fn estimate<S: Simd>(
        &self,
        simd: S,
        gy: &[T::Vector<S>],
        x: &[[T; INPUTS]],
        (): &mut (),
    ) -> [T::Vector<S>; INPUTS] {
        let splat = |x: T| T::v_splat(simd, x);
        let per_sample = splat(self.samples.recip());
        let [sum, squares] = moments::<S, T>(simd, gy, x);
        let mean = sum.map(|sum| T::v_mul(simd, sum, per_sample));
        if self.plain {
            return mean;
        }
        let mut trusted = [splat(T::NAN); INPUTS];
        let mut unit = mean;
        for p in 0..INPUTS {
            (unit[p], trusted[p]) = self.unit(simd, mean[p], squares[p]);
        }
        let sqrt2 = splat(T::of(std::f64::consts::SQRT_2));
        let bound = unit.map(|unit| T::v_mul(simd, unit, sqrt2));
        let [sum, cubes] = truncated::<S, T>(simd, gy, x, mean, bound);
        let mut estimate = mean;
        for p in 0..INPUTS {
            let square = T::v_mul(simd, unit[p], unit[p]);
            let cubic = T::v_div(simd, cubes[p], T::v_mul(simd, square, splat(T::of(6.0))));
            let truncated = T::v_sub(simd, sum[p], cubic);
            let location = T::v_mul_add(simd, truncated, per_sample, mean[p]);
            // 0, or NaN where the lane is not to be trusted.
            let location = T::v_add(simd, location, trusted[p]);
            estimate[p] = T::v_mul(simd, location, splat(self.scale));
        }
        estimate
    }

    fn alone(&self, outer: OuterProducts<'_, T>, q: usize, p: usize) -> T {
        let mut location = *self;
        location.locate(outer.weight(q, p))
    }
}

/// Units between these bounds have cubes and reciprocal squares in the range of single precision.
const CUBES_IN_RANGE: [f64; 2] = [1e-10, 1e10];

impl<T: Real> Truncation<T> {
    /// Whether the batch is so small that it gets the mean.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// s·σ from Σ(x − m)²; 0 where the estimate is the mean.
    pub(super) fn unit_of(&self, squares: T) -> T {
        if self.plain {
            return T::ZERO;
        }
        let variance = match (self.degrees == T::ZERO, self.unguarded) {
            (true, true) => T::NAN,
            (true, false) => T::ZERO,
            _ => squares / self.degrees,
        };
        let floored = if variance < self.variance_floor {
            self.variance_floor
        } else {
            variance
        };
        let unit = self.spread * floored.sqrt();
        if unit == T::ZERO && self.unguarded {
            T::NAN
        } else {
            unit
        }
    }

    /// An estimate at the published scale, if that is asked for.
    pub(super) fn scaled(&self, location: T) -> T {
        self.scale * location
    }

    /// s·σ of a register of weights, and 0 where it has its digits or NaN where it has not: by the same measure as
    /// [`deviation`](Self::deviation).
    #[inline(always)]
    fn unit<S: Simd>(
        &self,
        simd: S,
        mean: T::Vector<S>,
        squares: T::Vector<S>,
    ) -> (T::Vector<S>, T::Vector<S>) {
        let splat = |x: T| T::v_splat(simd, x);
        let of_mean = T::v_mul(simd, T::v_mul(simd, mean, mean), splat(self.samples));
        let deviations = T::v_sub(simd, squares, of_mean);
        let variance = T::v_div(simd, deviations, splat(self.degrees));
        let variance = T::v_max(simd, variance, splat(self.variance_floor));
        let unit = T::v_mul(simd, T::v_sqrt(simd, variance), splat(self.spread));
        let mut trusted = splat(T::ZERO);
        let [least, greatest] = CUBES_IN_RANGE.map(T::of);
        for (low, high) in [
            (T::v_mul(simd, squares, splat(T::of(0.125))), deviations),
            (splat(T::MIN_POSITIVE / T::EPSILON), squares),
            (splat(least), unit),
            (unit, splat(greatest)),
        ] {
            let ordered = T::v_at_most(simd, low, high);
            trusted = T::v_select(simd, ordered, trusted, splat(T::NAN));
        }
        (unit, trusted)
    }

    /// σ, from Σ x² where that loses no more than three bits, otherwise from the differences to the mean.
    #[inline(always)]
    fn deviation(&self, x: impl Samples<T>, mean: T, squares: T) -> T {
        let deviations = squares - self.samples * mean * mean;
        let full_precision = squares > T::MIN_POSITIVE / T::EPSILON && squares.is_finite();
        let well_conditioned = full_precision && deviations > squares * T::of(0.125);
        let variance = if self.degrees == T::ZERO {
            if self.unguarded { T::NAN } else { T::ZERO }
        } else if well_conditioned {
            deviations / self.degrees
        } else {
            return self.careful_deviation(x, mean);
        };
        if variance < self.variance_floor {
            self.variance_floor.sqrt()
        } else {
            variance.sqrt()
        }
    }

    /// σ from differences to the mean in units of the largest: squares neither overflow nor underflow.
    #[inline(never)]
    fn careful_deviation(&self, x: impl Samples<T>, mean: T) -> T {
        let floor = self.variance_floor.sqrt();
        let largest = x.largest_distance(mean);
        if largest == T::ZERO {
            // NaN compares as no distance at all; the mean remembers it.
            return if mean.is_finite() { floor } else { T::NAN };
        }
        let relative = x.sum_by(|x| {
            let d = (x - mean) / largest;
            d * d
        });
        let deviation = largest * (relative / self.degrees).sqrt();
        if deviation < floor { floor } else { deviation }
    }
}
