//! Sums for Holland and Ikeda's scales.

use pulp::Simd;

use super::tiles::INPUTS;
use crate::real::Real;

/// Σ h and Σ h(1 − h) of a tile, for h = w/(w + `power`) and w = |g − mean|, or its square.
#[inline(always)]
pub(in crate::robust) fn geman_shares<S: Simd, T: Real, const SQUARED: bool>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    mean: [T::Vector<S>; INPUTS],
    power: [T::Vector<S>; INPUTS],
) -> [[T::Vector<S>; INPUTS]; 2] {
    let (zero, one) = (T::v_splat(simd, T::ZERO), T::v_splat(simd, T::ONE));
    let (mut sums, mut products) = ([zero; INPUTS], [zero; INPUTS]);
    for (&gy, x) in gy.iter().zip(x) {
        for p in 0..INPUTS {
            let g = T::v_mul(simd, gy, T::v_splat(simd, x[p]));
            let d = T::v_abs(simd, T::v_sub(simd, g, mean[p]));
            let w = if SQUARED { T::v_mul(simd, d, d) } else { d };
            let share = T::v_div(simd, w, T::v_add(simd, w, power[p]));
            sums[p] = T::v_add(simd, sums[p], share);
            products[p] = T::v_mul_add(simd, share, T::v_sub(simd, one, share), products[p]);
        }
    }
    [sums, products]
}
