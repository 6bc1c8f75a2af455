//! Linear combinations of columns: y = x Wᵀ + b, and back, gx = gy W.
//!
//! Matrices are slices, column after column, because what a layer reads may be a part of another's output.
//! Columns run over samples, so blocks of samples are the lanes of a vector register and the coefficients are
//! broadcast. Two columns are made at a time, each from one reading of the inputs.

use nalgebra::DMatrix;

use super::Real;

/// Samples in flight per column made.
const LANES: usize = 8;

/// The coefficients c(j, k) of out_j = start_j + Σₖ c(j, k) in_k: a matrix or its transpose.
#[derive(Clone, Copy)]
struct Coefficients<'a, T> {
    values: &'a [T],
    per_output: usize,
    per_input: usize,
    start: Option<&'a [T]>,
}

impl<T: Real> Coefficients<'_, T> {
    fn at(&self, j: usize, k: usize) -> T {
        self.values[j * self.per_output + k * self.per_input]
    }

    fn start(&self, j: usize) -> T {
        self.start.map_or(T::ZERO, |start| start[j])
    }
}

/// y = x Wᵀ + b for x (N × P), W (Q × P), b (Q), into y (N × Q).
pub(super) fn forward<T: Real>(
    x: &[T],
    samples: usize,
    weight: &DMatrix<T>,
    bias: &[T],
    y: &mut [T],
) {
    let outputs = weight.nrows();
    let c = Coefficients {
        values: weight.as_slice(),
        per_output: 1,
        per_input: outputs,
        start: Some(bias),
    };
    combine(x, samples, c, y);
}

/// gx = gy W for gy (N × Q), W (Q × P), into gx (N × P).
pub(super) fn backward<T: Real>(gy: &[T], samples: usize, weight: &DMatrix<T>, gx: &mut [T]) {
    let outputs = weight.nrows();
    let c = Coefficients {
        values: weight.as_slice(),
        per_output: outputs,
        per_input: 1,
        start: None,
    };
    combine(gy, samples, c, gx);
}

fn combine<T: Real>(input: &[T], samples: usize, c: Coefficients<'_, T>, output: &mut [T]) {
    if samples == 0 {
        return;
    }
    for (pair, columns) in output.chunks_mut(2 * samples).enumerate() {
        match columns.split_at_mut_checked(samples) {
            Some((first, second)) if !second.is_empty() => {
                make(input, c, 2 * pair, [first, second])
            }
            _ => make(input, c, 2 * pair, [columns]),
        }
    }
}

/// Makes the columns `first`, `first + 1`, ….
fn make<T: Real, const J: usize>(
    input: &[T],
    c: Coefficients<'_, T>,
    first: usize,
    mut columns: [&mut [T]; J],
) {
    let samples = columns[0].len();
    let mut at = 0;
    while at + LANES <= samples {
        block::<T, J, LANES>(input, c, first, &mut columns, at);
        at += LANES;
    }
    if at + 4 <= samples {
        block::<T, J, 4>(input, c, first, &mut columns, at);
        at += 4;
    }
    while at < samples {
        block::<T, J, 1>(input, c, first, &mut columns, at);
        at += 1;
    }
}

#[expect(
    clippy::needless_range_loop,
    reason = "loops over lane numbers are what the vectoriser recognises"
)]
#[inline(always)]
fn block<T: Real, const J: usize, const L: usize>(
    input: &[T],
    c: Coefficients<'_, T>,
    first: usize,
    columns: &mut [&mut [T]; J],
    at: usize,
) {
    let samples = columns[0].len();
    let mut sums: [[T; L]; J] = std::array::from_fn(|j| [c.start(first + j); L]);
    for (k, column) in input.chunks_exact(samples).enumerate() {
        let x = &column[at..at + L];
        for j in 0..J {
            let coefficient = c.at(first + j, k);
            for lane in 0..L {
                sums[j][lane] += coefficient * x[lane];
            }
        }
    }
    for j in 0..J {
        columns[j][at..at + L].copy_from_slice(&sums[j]);
    }
}
