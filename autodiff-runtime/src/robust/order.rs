//! Order statistics of the values of one coordinate, in double precision.

use super::coordinatewise::Location;
use super::samples::Samples;
use crate::real::Real;

/// The middle value, or the mean of the two; NaN if there is one, or nothing. Changes the order of the values.
pub(super) fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() || values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    let middle = values.len() / 2;
    let (_, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if values.len() % 2 == 1 {
        return upper;
    }
    let lower = values[..middle]
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    midpoint(lower, upper)
}

/// (a + b)/2, also where a + b overflows.
fn midpoint(a: f64, b: f64) -> f64 {
    let sum = a + b;
    if sum.is_finite() {
        sum / 2.0
    } else {
        a / 2.0 + b / 2.0
    }
}

/// Leaves the values from rank `b` to rank n − 1 − b in the middle of the slice, in no order, with the two at its ends.
/// There are more than 2b.
pub(super) fn partition_middle(values: &mut [f64], b: usize) {
    let n = values.len();
    if b > 0 {
        values.select_nth_unstable_by(b, f64::total_cmp);
        values[b..].select_nth_unstable_by(n - 1 - 2 * b, f64::total_cmp);
    }
}

/// A function of one coordinate's values, which it may reorder. It is not asked about NaN.
#[derive(Debug)]
pub(super) struct ByValues<F> {
    values: Vec<f64>,
    function: F,
}

impl<F: FnMut(&mut [f64]) -> f64> ByValues<F> {
    pub fn new(function: F) -> Self {
        Self {
            values: Vec::new(),
            function,
        }
    }
}

impl<T: Real, F: FnMut(&mut [f64]) -> f64> Location<T> for ByValues<F> {
    fn locate(&mut self, samples: impl Samples<T>) -> T {
        self.values.clear();
        for chunk in samples.chunks() {
            self.values.extend(chunk.map(T::as_f64));
        }
        self.values.extend(samples.tail().map(T::as_f64));
        if self.values.iter().any(|value| value.is_nan()) {
            return T::NAN;
        }
        T::of((self.function)(&mut self.values))
    }
}
