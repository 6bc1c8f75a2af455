//! Estimators by order statistics: trimmed and winsorised means, the mean around the median, the median.

use pulp::Simd;

use super::aggregator::Aggregator;
use super::column::{mean, median_of};
use super::coordinatewise::{Location, locate, locate_tiled};
use super::count::{Count, at_least};
use super::data::OuterProducts;
use super::error::AggregateError;
use super::kernel::{INPUTS, Tile, medians};
use super::order::{ByValues, median, partition_middle};
use super::part::Part;
use super::streaming::Access;
use super::workspace::Workspace;
use crate::real::Real;

/// The median of every coordinate; of an even number of samples, the mean of the two middle values.
///
/// Breakdown point 1/2, the highest there is. It **hurts classification**: the gradient of a single weight is sparse and
/// skewed over samples, with a median near zero while the mean is not, and networks of many classes hardly learn.
///
/// Cost for a dense layer: a selection for each of P·Q coordinates among N products, a tile at a time; memory O(N + PQ).
/// Source: D. Yin, Y. Chen, K. Ramchandran, P. Bartlett, *Byzantine-robust distributed learning*, ICML 2018.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Median};
/// use nalgebra::{dmatrix, dvector};
///
/// let gradients = dmatrix![1.0, 0.0; 2.0, 4.0; 3.0, -2.0; 1e9, 1.0];
/// assert_eq!(Median.of_rows(&gradients)?, dvector![2.5, 0.5]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Median;

impl<T: Real> Aggregator<T> for Median {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        locate_tiled(parts, self, || ByValues::new(median));
        Ok(())
    }
}

/// Many weights at once, by counting; those where it does not come to an end are selected one by one.
impl<T: Real> Tile<T> for Median {
    type Scratch = Vec<T>;

    fn scratch<S: Simd>(&self, samples: usize) -> Vec<T> {
        vec![T::ZERO; samples * T::width::<S>()]
    }

    #[inline(always)]
    fn estimate<S: Simd>(
        &self,
        simd: S,
        gy: &[T::Vector<S>],
        x: &[[T; INPUTS]],
        scratch: &mut Vec<T>,
    ) -> [T::Vector<S>; INPUTS] {
        medians::<S, T>(simd, gy, x, scratch)
    }

    fn alone(&self, outer: OuterProducts<'_, T>, q: usize, p: usize) -> T {
        ByValues::new(median).locate(outer.weight(q, p))
    }
}

/// The trimmed mean of every coordinate: the mean without the b smallest and the b largest values. Needs N > 2b.
///
/// Breakdown point b/N. It biases skewed gradients, more the more it trims.
///
/// | option | default | effect |
/// |---|---|---|
/// | b | 10 % | trimmed on each side; at least the number of bad samples, .1 to .2 N in use |
///
/// Cost for a dense layer: as [`Median`]. Source: J. W. Tukey (1962); D. Yin et al. (2018).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, TrimmedMean};
/// use nalgebra::{dmatrix, dvector};
///
/// assert_eq!(TrimmedMean::new(1).of_rows(&dmatrix![1.0; 2.0; 4.0; 1e9])?, dvector![3.0]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrimmedMean {
    trim: Count,
}

impl Default for TrimmedMean {
    /// A tenth on each side.
    fn default() -> Self {
        Self::new(Count::ten_percent())
    }
}

impl TrimmedMean {
    /// Drops `trim` values on each side: a number, or a share of all ([`Count::share`]).
    pub fn new(trim: impl Into<Count>) -> Self {
        Self { trim: trim.into() }
    }

    pub(super) fn options(&self) -> Count {
        self.trim
    }
}

impl<T: Real> Aggregator<T> for TrimmedMean {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let b = trim("trimmed mean", self.trim, parts)?;
        locate(parts, || {
            ByValues::new(move |values: &mut [f64]| trimmed_mean(values, b))
        });
        Ok(())
    }
}

/// b, with 2b < n.
fn trim<T: Real>(
    estimator: &'static str,
    trim: Count,
    parts: &[Part<'_, T>],
) -> Result<usize, AggregateError> {
    let samples = parts.first().map_or(0, Part::samples);
    let b = trim.of(samples);
    at_least(estimator, b.saturating_mul(2).saturating_add(1), samples)?;
    Ok(b)
}

/// The mean without the b smallest and largest of more than 2b values.
pub(super) fn trimmed_mean(values: &mut [f64], b: usize) -> f64 {
    partition_middle(values, b);
    mean(&values[b..values.len() - b])
}

/// The winsorised mean of every coordinate: values beyond the (b+1)-th smallest and largest count as those. Needs N > 2b.
///
/// Breakdown point b/N. Outliers keep their side, so that it is a little less biased on skewed data than trimming.
///
/// | option | default | effect |
/// |---|---|---|
/// | b | 10 % | moved on each side |
///
/// Cost for a dense layer: as [`Median`]. Source: W. J. Dixon (1960).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, WinsorizedMean};
/// use nalgebra::{dmatrix, dvector};
///
/// assert_eq!(WinsorizedMean::new(1).of_rows(&dmatrix![1.0; 2.0; 4.0; 1e9])?, dvector![3.0]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WinsorizedMean {
    trim: Count,
}

impl Default for WinsorizedMean {
    /// A tenth on each side.
    fn default() -> Self {
        Self::new(Count::ten_percent())
    }
}

impl WinsorizedMean {
    /// Moves `trim` values on each side: a number, or a share of all ([`Count::share`]).
    pub fn new(trim: impl Into<Count>) -> Self {
        Self { trim: trim.into() }
    }

    pub(super) fn options(&self) -> Count {
        self.trim
    }
}

impl<T: Real> Aggregator<T> for WinsorizedMean {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let b = trim("winsorised mean", self.trim, parts)?;
        locate(parts, || {
            ByValues::new(move |values: &mut [f64]| {
                partition_middle(values, b);
                let last = values.len() - 1 - b;
                let middle = &values[b..=last];
                let least = middle.iter().copied().fold(f64::INFINITY, f64::min);
                let greatest = middle.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                values[..b].fill(least);
                values[last + 1..].fill(greatest);
                mean(values)
            })
        });
        Ok(())
    }
}

/// MeaMed, the mean around the median: of every coordinate the mean of the N − f values nearest its median; ties go to the
/// lower index. Needs N > f.
///
/// Breakdown point f/N, below 1/2. It drops on one side what lies on one side, but is biased by skew as all are that look
/// at single coordinates.
///
/// | option | default | effect |
/// |---|---|---|
/// | f | 10 % | values dropped |
///
/// Cost for a dense layer: two selections, as twice [`Median`].
/// Source: C. Xie, O. Koyejo, I. Gupta, *Generalized Byzantine-tolerant SGD* (2018).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, MeaMed};
/// use nalgebra::{dmatrix, dvector};
///
/// assert_eq!(MeaMed::new(2).of_rows(&dmatrix![1.0; 2.0; 4.0; 50.0; 1e9])?, dvector![7.0 / 3.0]);
/// # Ok::<(), autodiff_runtime::robust::AggregateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeaMed {
    f: Count,
}

impl Default for MeaMed {
    /// A tenth is dropped.
    fn default() -> Self {
        Self::new(Count::ten_percent())
    }
}

impl MeaMed {
    /// Drops `f` values: a number, or a share of all ([`Count::share`]).
    pub fn new(f: impl Into<Count>) -> Self {
        Self { f: f.into() }
    }

    pub(super) fn options(&self) -> Count {
        self.f
    }
}

impl<T: Real> Aggregator<T> for MeaMed {
    fn access(&self) -> Access {
        Access::Coordinates
    }

    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        _: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let samples = parts.first().map_or(0, Part::samples);
        let f = self.f.of(samples);
        at_least("meamed", f.saturating_add(1), samples)?;
        locate(parts, || {
            let mut nearest = NearMedian::default();
            ByValues::new(move |values: &mut [f64]| nearest.mean(values, values.len() - f))
        });
        Ok(())
    }
}

/// Scratch for the mean around the median.
#[derive(Debug, Default)]
pub(super) struct NearMedian {
    sorted: Vec<f64>,
    order: Vec<usize>,
}

impl NearMedian {
    /// The mean of the `kept` values nearest the median.
    pub fn mean(&mut self, values: &[f64], kept: usize) -> f64 {
        let centre = median_of(values, &mut self.sorted);
        self.order.clear();
        self.order.extend(0..values.len());
        if kept < values.len() {
            let distance = |i: usize| (values[i] - centre).abs();
            self.order.select_nth_unstable_by(kept, |&i, &j| {
                distance(i).total_cmp(&distance(j)).then(i.cmp(&j))
            });
        }
        let near = &self.order[..kept];
        near.iter().map(|&i| values[i]).sum::<f64>() / kept as f64
    }
}
