//! Products of the factors of a layer: weighted sums Σᵢ wᵢ gyᵢ xᵢᵀ, and Gram matrices.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::data::{OuterProducts, Rows};
use super::geometry::View;
use super::kernel::{self, Matrix, accumulate, multiply};
use super::samples::{Column, Samples, reduce};
use super::workspace::Workspace;
use crate::real::Real;

/// Accumulators per product. With tiles of 2 × 2 products, four lanes fill the sixteen registers of baseline x86-64
/// without spilling.
const LANES: usize = 4;

/// Multiplications below which setting up a general matrix product costs more than it gains.
const SMALL: usize = 1 << 15;

/// Writes `factor` · Σᵢ gyᵢ xᵢᵀ (Q × P, column after column).
pub(super) fn scaled_sum<T: Real>(outer: OuterProducts<'_, T>, factor: T, sum: &mut [T]) {
    let (samples, outputs) = (outer.samples(), outer.outputs());
    if samples * sum.len() < SMALL {
        for_each_product(outer, |q, p, product| {
            sum[p * outputs + q] = factor * product
        });
    } else {
        multiply(sum, factor, outer.gy_matrix().transpose(), outer.x_matrix());
    }
}

/// Writes `factor` · Σᵢ gᵢ for every coordinate.
pub(super) fn scaled_row_sum<T: Real>(rows: Rows<'_, T>, factor: T, sum: &mut [T]) {
    for (j, sum) in sum.iter_mut().enumerate() {
        *sum = factor * rows.column(j).sum_by(|g| g);
    }
}

/// Writes Σᵢ wᵢ gᵢ: the weights of a layer and its bias if it has one, or the coordinates of rows.
pub(super) fn weighted_sum<T: Real>(
    view: View<'_, T>,
    weights: &[f64],
    weight: &mut [T],
    bias: &mut [T],
    work: &mut Workspace<T>,
) {
    match view {
        View::Rows(rows) => weighted_row_sum(rows, weights, weight),
        View::Outer(outer) => {
            let (samples, outputs) = (outer.samples(), outer.outputs());
            let (scaled, _) = work.buffers(samples * outputs, 0);
            for q in 0..outputs {
                let column = &mut scaled[q * samples..][..samples];
                for ((scaled, &gy), &w) in column.iter_mut().zip(outer.cotangent(q)).zip(weights) {
                    *scaled = T::of(w) * gy;
                }
            }
            scaled_sum(outer.with_cotangents(scaled), T::ONE, weight);
            for (bias, column) in bias.iter_mut().zip(scaled.chunks_exact(samples)) {
                *bias = Column(column).sum_by(|g| g);
            }
        }
    }
}

fn weighted_row_sum<T: Real>(rows: Rows<'_, T>, weights: &[f64], sum: &mut [T]) {
    for (j, sum) in sum.iter_mut().enumerate() {
        let (g, gt) = rows.coordinate(j).as_chunks::<LANES>();
        let (w, wt) = weights.as_chunks::<LANES>();
        let mut lanes = [T::ZERO; LANES];
        for (g, w) in g.iter().zip(w) {
            for lane in 0..LANES {
                lanes[lane] += T::of(w[lane]) * g[lane];
            }
        }
        let tail = gt.iter().zip(wt).map(|(&g, &w)| T::of(w) * g);
        *sum = tail.fold(reduce(lanes), |sum, term| sum + term);
    }
}

/// Columns that are converted to double precision at a time.
const GRAM_COLUMNS: usize = 256;
/// Rows of a Gram matrix that are made at a time, up to the diagonal.
const GRAM_ROWS: usize = 128;

/// Adds the lower triangle of the Gram matrix of the rows of a matrix (and some of the upper one), row by row, in double
/// precision. The matrix is given by its columns, which are multiplied by `factor` first.
pub(super) fn gram<'a, T: Real>(
    columns: impl Iterator<Item = &'a [T]>,
    factor: f64,
    samples: usize,
    gram: &mut [f64],
) {
    let mut block: Vec<f64> = Vec::new();
    let mut columns = columns.peekable();
    while columns.peek().is_some() {
        block.clear();
        for column in columns.by_ref().take(GRAM_COLUMNS) {
            block.extend(column.iter().map(|x| x.as_f64() * factor));
        }
        add_gram(&block, samples, gram);
    }
}

fn add_gram(columns: &[f64], samples: usize, gram: &mut [f64]) {
    if samples == 0 {
        return;
    }
    let rows_of = |from: usize, to: usize| {
        Matrix::by_column(
            &columns[from..],
            to - from,
            columns.len() / samples,
            samples,
        )
    };
    let add = |at: usize, gram: &mut [f64]| {
        let from = at * GRAM_ROWS;
        let to = samples.min(from + GRAM_ROWS);
        // Columns of what the product writes are rows of the symmetric matrix.
        accumulate(gram, samples, rows_of(0, to), rows_of(from, to).transpose());
    };
    let blocks = gram.len().div_ceil(GRAM_ROWS * samples);
    if kernel::parallel(columns.len() * samples) && blocks > 1 {
        gram.par_chunks_mut(GRAM_ROWS * samples)
            .enumerate()
            .for_each(|(at, rows)| add(at, rows));
    } else {
        gram.chunks_mut(GRAM_ROWS * samples)
            .enumerate()
            .for_each(|(at, rows)| add(at, rows));
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
