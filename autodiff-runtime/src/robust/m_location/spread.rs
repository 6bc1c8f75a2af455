//! Scales of every weight of a tile.

use pulp::Simd;

use crate::real::Real;
use crate::robust::kernel::{INPUTS, geman_shares, moments, squares_about};
use crate::robust::scale::{GEMAN_ABS, GEMAN_QUAD};

/// Mean and standard deviation (N − 1 below the sum of squares). NaN where squares leave the range of the numbers.
pub(super) struct Moments<V> {
    pub mean: [V; INPUTS],
    pub deviation: [V; INPUTS],
}

impl<V: Copy> Moments<V> {
    #[inline(always)]
    pub fn of<S: Simd, T>(simd: S, gy: &[V], x: &[[T; INPUTS]]) -> Self
    where
        T: Real<Vector<S> = V>,
    {
        let splat = |x: T| T::v_splat(simd, x);
        let n = T::of_count(x.len());
        let per_sample = splat(n.recip());
        let [sum, squares] = moments::<S, T>(simd, gy, x);
        let (mut mean, mut about_mean) = (sum, sum);
        let mut cancelled = false;
        for p in 0..INPUTS {
            mean[p] = T::v_mul(simd, sum[p], per_sample);
            let of_mean = T::v_mul(simd, mean[p], sum[p]);
            about_mean[p] = T::v_sub(simd, squares[p], of_mean);
            let least = T::v_mul(simd, squares[p], splat(T::of(0.125)));
            cancelled |= T::any_below(simd, about_mean[p], least);
        }
        if cancelled {
            let [sum, squares] = squares_about::<S, T>(simd, gy, x, mean);
            for p in 0..INPUTS {
                let correction = T::v_mul(simd, sum[p], per_sample);
                mean[p] = T::v_add(simd, mean[p], correction);
                let of_correction = T::v_mul(simd, correction, sum[p]);
                about_mean[p] = T::v_sub(simd, squares[p], of_correction);
            }
        }
        let degrees = splat(T::of_count(x.len().saturating_sub(1)));
        let mut deviation = mean;
        for p in 0..INPUTS {
            let resolved = T::v_at_most(simd, splat(T::MIN_POSITIVE / T::EPSILON), squares[p]);
            let variance = T::v_div(simd, about_mean[p], degrees);
            let variance = T::v_select(simd, resolved, variance, splat(T::NAN));
            deviation[p] = T::v_sqrt(simd, variance);
        }
        Self { mean, deviation }
    }
}

/// Newton steps after which a tile is given up.
const MOST_STEPS: usize = 16;

/// Holland and Ikeda's scales: the σ at which the mean of w/(w + σᵏ) is β, for w = |x − m|ᵏ, with k = 2 or 1. NaN where it
/// is not found.
///
/// By Newton's method in log σᵏ, from the standard deviation. The slope in that is minus the mean of share · (1 − share).
#[inline(always)]
pub(super) fn geman<S: Simd, T: Real, const SQUARED: bool>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    moments: &Moments<T::Vector<S>>,
) -> [T::Vector<S>; INPUTS] {
    let splat = |x: f64| T::v_splat(simd, T::of(x));
    let beta = if SQUARED { GEMAN_QUAD } else { GEMAN_ABS };
    let wanted = splat(beta * x.len() as f64);
    let mut power = moments.deviation;
    if SQUARED {
        for power in &mut power {
            *power = T::v_mul(simd, *power, *power);
        }
    }
    // The next step would be about the square of this.
    let settled = splat(64.0 * T::EPSILON.as_f64());
    for _ in 0..MOST_STEPS {
        let [shares, products] = geman_shares::<S, T, SQUARED>(simd, gy, x, moments.mean, power);
        let mut moving = false;
        for p in 0..INPUTS {
            let off = T::v_div(simd, T::v_sub(simd, shares[p], wanted), products[p]);
            let off = T::v_max(simd, splat(-3.0), T::v_min(simd, splat(3.0), off));
            power[p] = T::v_mul(simd, power[p], exponential::<S, T>(simd, off));
            moving |= T::any_below(simd, settled, T::v_abs(simd, off));
        }
        if !moving {
            if SQUARED {
                for power in &mut power {
                    *power = T::v_sqrt(simd, *power);
                }
            }
            return power;
        }
    }
    [splat(f64::NAN); INPUTS]
}

/// A positive rational function that is eᵗ to fifth order.
#[inline(always)]
fn exponential<S: Simd, T: Real>(simd: S, t: T::Vector<S>) -> T::Vector<S> {
    let splat = |x: f64| T::v_splat(simd, T::of(x));
    let even = T::v_mul_add(simd, T::v_mul(simd, t, t), splat(1.0 / 12.0), splat(1.0));
    let odd = T::v_mul(simd, t, splat(0.5));
    T::v_div(simd, T::v_add(simd, even, odd), T::v_sub(simd, even, odd))
}
