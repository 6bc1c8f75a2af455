//! gyᵀ x: the sum of outer products, by register tiles.

use super::data::{DenseGradient, OuterProducts};
use super::samples::{Column, Samples, reduce};
use crate::real::Real;

/// Accumulators per product. With tiles of 2 × 2 products, four lanes fill the sixteen registers of baseline x86-64
/// without spilling.
const LANES: usize = 4;

/// Writes factor · Σᵢ gyᵢ xᵢᵀ and factor · Σᵢ gyᵢ.
pub(super) fn scaled_sum<T: Real>(
    outer: OuterProducts<'_, T>,
    factor: T,
    sum: &mut DenseGradient<T>,
) {
    let outputs = outer.outputs();
    for_each_product(outer, |q, p, product| {
        sum.weight.as_mut_slice()[p * outputs + q] = factor * product
    });
    for q in 0..outputs {
        sum.bias[q] = factor * Column(outer.cotangent(q)).sum_by(|gy| gy);
    }
}

/// Calls `visit(q, p, Σᵢ gy[i, q] x[i, p])` for every weight.
pub(super) fn for_each_product<T: Real>(
    outer: OuterProducts<'_, T>,
    mut visit: impl FnMut(usize, usize, T),
) {
    let (inputs, outputs) = (outer.inputs(), outer.outputs());
    for q in (0..outputs).step_by(2) {
        for p in (0..inputs).step_by(2) {
            match (outputs - q, inputs - p) {
                (1, 1) => tile::<T, 1, 1>(outer, q, p, &mut visit),
                (1, _) => tile::<T, 1, 2>(outer, q, p, &mut visit),
                (_, 1) => tile::<T, 2, 1>(outer, q, p, &mut visit),
                _ => tile::<T, 2, 2>(outer, q, p, &mut visit),
            }
        }
    }
}

#[expect(
    clippy::needless_range_loop,
    reason = "loops over lane numbers are what the vectoriser recognises"
)]
#[inline(always)]
fn tile<T: Real, const Q: usize, const P: usize>(
    outer: OuterProducts<'_, T>,
    first_output: usize,
    first_input: usize,
    visit: &mut impl FnMut(usize, usize, T),
) {
    let gy: [_; Q] =
        std::array::from_fn(|q| outer.cotangent(first_output + q).as_chunks::<LANES>());
    let x: [_; P] = std::array::from_fn(|p| outer.input(first_input + p).as_chunks::<LANES>());
    let mut lanes = [[[T::ZERO; LANES]; P]; Q];
    for chunk in 0..outer.samples() / LANES {
        for q in 0..Q {
            for p in 0..P {
                for lane in 0..LANES {
                    lanes[q][p][lane] += gy[q].0[chunk][lane] * x[p].0[chunk][lane];
                }
            }
        }
    }
    for q in 0..Q {
        for p in 0..P {
            let tail = gy[q]
                .1
                .iter()
                .zip(x[p].1)
                .fold(T::ZERO, |sum, (&gy, &x)| sum + gy * x);
            visit(
                first_output + q,
                first_input + p,
                reduce(lanes[q][p]) + tail,
            );
        }
    }
}
