//! Moments and scales of the values of one coordinate.

use super::order::median;
use super::samples::{LANES, reduce};

/// Σ f(x), in lanes.
#[inline(always)]
pub(super) fn sum_by(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let (chunks, tail) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] += f(chunk[lane]);
        }
    }
    reduce(lanes) + tail.iter().map(|&x| f(x)).sum::<f64>()
}

/// The mean.
pub(super) fn mean(values: &[f64]) -> f64 {
    sum_by(values, |x| x) / values.len() as f64
}

/// The largest |x − centre|.
pub(super) fn largest_distance(values: &[f64], centre: f64) -> f64 {
    values
        .iter()
        .map(|x| (x - centre).abs())
        .fold(0.0, f64::max)
}

/// √(Σ(x − m)²/(n − ddof)), 0 where n ≤ ddof; squares are taken in units of the largest difference.
pub(super) fn deviation(values: &[f64], mean: f64, ddof: usize) -> f64 {
    let degrees = values.len().saturating_sub(ddof);
    let unit = largest_distance(values, mean);
    if degrees == 0 || unit == 0.0 {
        return 0.0;
    }
    let squares = sum_by(values, |x| ((x - mean) / unit).powi(2));
    unit * (squares / degrees as f64).sqrt()
}

/// The median of |x − median|. `scratch` gets other contents.
pub(super) fn median_deviation(values: &[f64], centre: f64, scratch: &mut Vec<f64>) -> f64 {
    scratch.clear();
    scratch.extend(values.iter().map(|x| (x - centre).abs()));
    median(scratch)
}

/// The median, leaving the values in their order.
pub(super) fn median_of(values: &[f64], scratch: &mut Vec<f64>) -> f64 {
    scratch.clear();
    scratch.extend_from_slice(values);
    median(scratch)
}

/// The root of a non-increasing function between `low` and `high`: Newton's method within a bracket that shrinks, and its
/// midpoint where Newton leaves it. `f` gives the function and minus its slope.
pub(super) fn falling_root(
    mut low: f64,
    mut high: f64,
    start: f64,
    mut f: impl FnMut(f64) -> (f64, f64),
) -> f64 {
    let mut x = start.clamp(low, high);
    let mut last_step = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let (value, steepness) = f(x);
        if value > 0.0 {
            low = x;
        } else if value < 0.0 {
            high = x;
        } else {
            return x;
        }
        let newton = x + value / steepness;
        let middle = low + (high - low) / 2.0;
        // A Newton step that is not half of the last one is no convergence.
        let trusted = newton > low && newton < high && (newton - x).abs() <= 0.5 * last_step;
        let next = if trusted { newton } else { middle };
        last_step = (next - x).abs();
        if middle == low || middle == high {
            return next;
        }
        let resolution = 2.0 * f64::EPSILON * x.abs().max(f64::MIN_POSITIVE);
        if trusted && last_step <= resolution {
            // Beside a large x a step may be small although the root is far: it must lie between here and a little on.
            let on = x + (4.0 * resolution).copysign(value);
            if on <= low || on >= high || f(on).0 * value.signum() <= 0.0 {
                return next;
            }
            if value > 0.0 {
                low = on
            } else {
                high = on
            }
            x = low + (high - low) / 2.0;
        } else {
            x = next;
        }
    }
    x
}

/// Enough to halve any bracket of doubles down to neighbours, with as many Newton steps between.
const MOST_STEPS: usize = 2200;
