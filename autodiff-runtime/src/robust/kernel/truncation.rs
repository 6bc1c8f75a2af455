//! Soft truncation of a tile of weights, in two sweeps over its samples.

use pulp::Simd;

use super::tiles::INPUTS;
use crate::real::Real;

/// Σ g and Σ g² of a tile.
#[inline(always)]
pub(in crate::robust) fn moments<S: Simd, T: Real>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
) -> [[T::Vector<S>; INPUTS]; 2] {
    let zero = T::v_splat(simd, T::ZERO);
    let (mut sum, mut squares) = ([zero; INPUTS], [zero; INPUTS]);
    for (&gy, x) in gy.iter().zip(x) {
        for p in 0..INPUTS {
            let g = T::v_mul(simd, gy, T::v_splat(simd, x[p]));
            sum[p] = T::v_add(simd, sum[p], g);
            squares[p] = T::v_mul_add(simd, g, g, squares[p]);
        }
    }
    [sum, squares]
}

/// Σ c and Σ c³ of a tile, with c = g − mean cut off at ± bound.
#[inline(always)]
pub(in crate::robust) fn truncated<S: Simd, T: Real>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    mean: [T::Vector<S>; INPUTS],
    bound: [T::Vector<S>; INPUTS],
) -> [[T::Vector<S>; INPUTS]; 2] {
    let zero = T::v_splat(simd, T::ZERO);
    let minus = mean.map(|mean| T::v_sub(simd, zero, mean));
    let below = bound.map(|bound| T::v_sub(simd, zero, bound));
    let (mut sum, mut cubes) = ([zero; INPUTS], [zero; INPUTS]);
    for (&gy, x) in gy.iter().zip(x) {
        for p in 0..INPUTS {
            let c = T::v_mul_add(simd, gy, T::v_splat(simd, x[p]), minus[p]);
            let c = T::v_max(simd, below[p], T::v_min(simd, bound[p], c));
            sum[p] = T::v_add(simd, sum[p], c);
            cubes[p] = T::v_mul_add(simd, T::v_mul(simd, c, c), c, cubes[p]);
        }
    }
    [sum, cubes]
}
