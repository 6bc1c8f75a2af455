//! Matrix products by the crate `gemm`, behind a function that checks bounds.

use gemm::Parallelism;

use crate::real::Real;

/// A matrix in a slice: entry (i, j) at i · `row` + j · `column`.
#[derive(Clone, Copy)]
pub(in crate::robust) struct Matrix<'a, T> {
    pub entries: &'a [T],
    pub rows: usize,
    pub columns: usize,
    pub row: usize,
    pub column: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// `rows` × `columns` entries, column after column, `stride` apart.
    pub fn by_column(entries: &'a [T], rows: usize, columns: usize, stride: usize) -> Self {
        Self {
            entries,
            rows,
            columns,
            row: 1,
            column: stride,
        }
    }

    pub fn transpose(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row: self.column,
            column: self.row,
            ..self
        }
    }

    fn is_within_bounds(&self) -> bool {
        let empty = self.rows == 0 || self.columns == 0;
        empty || (self.rows - 1) * self.row + (self.columns - 1) * self.column < self.entries.len()
    }
}

/// C ← `factor` · A B, or C ← C + `factor` · A B if `add`, for C stored column after column without gaps.
pub(in crate::robust) fn multiply<T: Real>(
    c: &mut [T],
    add: bool,
    factor: T,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
) {
    let (m, n, k) = (a.rows, b.columns, a.columns);
    assert!(
        a.columns == b.rows && c.len() == m * n,
        "shapes of a product"
    );
    assert!(a.is_within_bounds() && b.is_within_bounds());
    let parallelism = if super::parallel(m * n * k) {
        Parallelism::Rayon(0)
    } else {
        Parallelism::None
    };
    let stride = |stride: usize| stride.cast_signed();
    // SAFETY: `a` and `b` stay within their slices and `c` has exactly m · n entries, as asserted above; the slices do
    // not overlap, since one of them is borrowed mutably. All three live through the call.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            stride(m),
            1,
            add,
            a.entries.as_ptr(),
            stride(a.column),
            stride(a.row),
            b.entries.as_ptr(),
            stride(b.column),
            stride(b.row),
            T::ONE,
            factor,
            false,
            false,
            false,
            parallelism,
        );
    }
}
