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

/// C ← `factor` · A B, for C stored column after column without gaps. Shared between threads where that is worth while.
pub(in crate::robust) fn multiply<T: Real>(
    c: &mut [T],
    factor: T,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
) {
    let shared = super::parallel(a.rows * a.columns * b.columns);
    let parallelism = if shared {
        Parallelism::Rayon(0)
    } else {
        Parallelism::None
    };
    product(c, a.rows, false, factor, a, b, parallelism);
}

/// C ← C + A B, for C stored column after column, `stride` apart, on one thread.
pub(in crate::robust) fn accumulate<T: Real>(
    c: &mut [T],
    stride: usize,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
) {
    product(c, stride, true, T::ONE, a, b, Parallelism::None);
}

fn product<T: Real>(
    c: &mut [T],
    c_stride: usize,
    add: bool,
    factor: T,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    parallelism: Parallelism,
) {
    let (m, n, k) = (a.rows, b.columns, a.columns);
    let target = Matrix::by_column(&*c, m, n, c_stride);
    assert!(a.columns == b.rows && m <= c_stride, "shapes of a product");
    assert!(a.is_within_bounds() && b.is_within_bounds() && target.is_within_bounds());
    let stride = |stride: usize| stride.cast_signed();
    // SAFETY: all three matrices stay within their slices, as asserted above, and entries of C do not coincide, for its
    // columns are at least m apart. The slices do not overlap, since that of C is borrowed mutably. All live through the
    // call.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            stride(c_stride),
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
