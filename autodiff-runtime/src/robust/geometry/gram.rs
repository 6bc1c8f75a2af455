//! Gram matrices of the rows of a factor, in double precision.
//!
//! Only the lower triangle is made, some rows at a time. Numbers of double precision are multiplied as they are. Those of
//! single precision, in a large factor, are multiplied at their own, twice the speed: sums over [`BLOCK`] columns are
//! added up in double precision, so that what is lost is the rounding of short sums, relative to the norms.

use super::view::Columns;
use crate::real::Real;
use crate::robust::kernel::{Matrix, multiply_alone, vectorised};

/// Rows of a Gram matrix that are made at a time, up to the diagonal.
pub(super) const ROWS: usize = 64;

/// Columns whose products are summed in single precision.
const BLOCK: usize = 128;

/// Multiplications from which single precision is worth its error.
const LARGE: usize = 1 << 22;

/// The precision that products are summed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Summation {
    /// Double precision throughout.
    Fine,
    /// Single precision within a block.
    Coarse,
}

impl Summation {
    /// The faster one that is good enough for N samples of so many numbers, if distances do not cancel.
    pub fn of<T: Real>(samples: usize, numbers: usize) -> Self {
        let single = T::EPSILON.as_f64() > 1e-10;
        if single && samples * samples * numbers >= LARGE {
            Self::Coarse
        } else {
            Self::Fine
        }
    }

    /// Where ‖gᵢ − gⱼ‖² is less than this share of ‖gᵢ‖² + ‖gⱼ‖², too many digits of it are lost to cancellation: more than
    /// ten bits of double precision, or five of what sums in single precision have.
    pub fn resolved(self) -> f64 {
        match self {
            Self::Fine => 1e-3,
            Self::Coarse => 0.03,
        }
    }
}

/// A factor, ready to be multiplied.
pub(super) enum Factor<'a, T> {
    Fine { entries: Vec<f64>, samples: usize },
    Coarse(Matrix<'a, T>),
}

impl<'a, T: Real> Factor<'a, T> {
    /// The rows of `columns` in units of `unit`. Numbers of single precision are in units of 1.
    pub fn new(columns: Columns<'a, T>, unit: f64, summation: Summation) -> Self {
        let matrix = columns.matrix();
        if summation == Summation::Coarse {
            return Self::Coarse(matrix);
        }
        let per_unit = unit.recip();
        let mut entries = Vec::with_capacity(matrix.rows * matrix.columns);
        for column in columns.iter() {
            entries.extend(column.iter().map(|x| x.as_f64() * per_unit));
        }
        Self::Fine {
            entries,
            samples: matrix.rows,
        }
    }

    /// Writes the inner products of rows `from..to` with all before `to`, `stride` numbers a row.
    pub fn products(
        &self,
        from: usize,
        to: usize,
        stride: usize,
        products: &mut [f64],
        scratch: &mut Vec<T>,
    ) {
        match self {
            Self::Fine { entries, samples } => {
                let count = entries.len().checked_div(*samples).unwrap_or(0);
                let matrix = Matrix::by_column(entries, *samples, count, *samples);
                let (upper, rows) = (matrix.rows(0, to), matrix.rows(from, to));
                // Columns of what the product writes are rows of the symmetric matrix.
                multiply_alone(products, stride, upper, rows.transpose());
            }
            Self::Coarse(matrix) => {
                scratch.resize((to - from) * to, T::ZERO);
                products.fill(0.0);
                for first in (0..matrix.columns).step_by(BLOCK) {
                    let block = matrix.columns(first, matrix.columns.min(first + BLOCK));
                    let rows = block.rows(from, to).transpose();
                    multiply_alone(scratch, to, block.rows(0, to), rows);
                    add(scratch, to, stride, products);
                }
            }
        }
    }
}

/// Adds rows of `length` numbers to rows that are `stride` apart.
fn add<T: Real>(block: &[T], length: usize, stride: usize, sums: &mut [f64]) {
    vectorised(|| {
        for (sums, block) in sums.chunks_mut(stride).zip(block.chunks_exact(length)) {
            for (sum, term) in sums.iter_mut().zip(block) {
                *sum += term.as_f64();
            }
        }
    });
}
