//! Matrices made of one number, of a list of numbers or of a diagonal.

use super::engine::{self, Of, Rule, Tan};
use super::function::function;
use super::rule::{Bars, rule};
use super::spaces::{Float, List, Mat, Nothing, Number, Pair, Real, Space};
use crate::Trace;
use crate::private::{HeldConstant, Lane};
use crate::trace::Node;
use nalgebra::allocator::Allocator;
use nalgebra::{
    Const, DMatrix, DVector, DefaultAllocator, Dim, Dyn, OMatrix, RowDVector, SMatrix, U1,
};

type One<A> = Pair<A, Nothing>;
type Static<const R: usize, const C: usize> = Mat<Const<R>, Const<C>>;

/// A matrix of this shape with the same number everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Filled<R, C>(R, C);

/// The same with the number on the diagonal and zeros elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct DiagonalFilled<D>(D);

/// A matrix of this shape with the numbers of a list, row by row or column by column.
#[derive(Clone, Copy, Debug)]
pub struct Listed<R, C> {
    shape: (R, C),
    by_rows: bool,
}

/// A matrix with this diagonal.
#[derive(Clone, Copy, Debug)]
pub struct Diagonal;

impl<R: Dim, C: Dim> Listed<R, C> {
    fn by_rows(rows: R, columns: C) -> Self {
        let shape = (rows, columns);
        Self {
            shape,
            by_rows: true,
        }
    }

    fn by_columns(rows: R, columns: C) -> Self {
        let shape = (rows, columns);
        Self {
            shape,
            by_rows: false,
        }
    }
}

impl<R: Dim, C: Dim> Rule<One<Number>, Nothing, Mat<R, C>> for Filled<R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    const NAME: &'static str = "entry";

    fn primal<T: Real>(&self, (x, ()): &(T, ()), (): &()) -> OMatrix<T, R, C> {
        OMatrix::from_element_generic(self.0, self.1, *x)
    }

    fn pullback<T: Real>(
        &self,
        _: (&(T, ()), &()),
        _: Option<&OMatrix<T, R, C>>,
        seed: &OMatrix<T, R, C>,
        bars: Bars<'_, One<Number>, Nothing, T>,
    ) {
        if let Some((bar, ())) = bars.0 {
            *bar += seed.sum();
        }
    }
}

impl<D: Dim> Rule<One<Number>, Nothing, Mat<D, D>> for DiagonalFilled<D>
where
    DefaultAllocator: Allocator<D, D>,
{
    const NAME: &'static str = "entry";

    fn primal<T: Real>(&self, (x, ()): &(T, ()), (): &()) -> OMatrix<T, D, D> {
        OMatrix::from_diagonal_element_generic(self.0, self.0, *x)
    }

    fn pullback<T: Real>(
        &self,
        _: (&(T, ()), &()),
        _: Option<&OMatrix<T, D, D>>,
        seed: &OMatrix<T, D, D>,
        bars: Bars<'_, One<Number>, Nothing, T>,
    ) {
        if let Some((bar, ())) = bars.0 {
            *bar += seed.trace();
        }
    }
}

impl<R: Dim, C: Dim> Rule<One<List>, Nothing, Mat<R, C>> for Listed<R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    const NAME: &'static str = "entry";

    #[track_caller]
    fn primal<T: Real>(&self, (list, ()): &(Vec<T>, ()), (): &()) -> OMatrix<T, R, C> {
        let (rows, columns) = self.shape;
        match self.by_rows {
            true => OMatrix::from_row_slice_generic(rows, columns, list),
            false => OMatrix::from_column_slice_generic(rows, columns, list),
        }
    }

    fn pullback<T: Real>(
        &self,
        _: (&(Vec<T>, ()), &()),
        _: Option<&OMatrix<T, R, C>>,
        seed: &OMatrix<T, R, C>,
        bars: Bars<'_, One<List>, Nothing, T>,
    ) {
        let Some((bar, ())) = bars.0 else { return };
        let (rows, columns) = seed.shape();
        for j in 0..columns {
            for i in 0..rows {
                let place = match self.by_rows {
                    true => i * columns + j,
                    false => j * rows + i,
                };
                bar[place] += seed[(i, j)];
            }
        }
    }
}

rule! { Diagonal "diagonal" [D: Dim]: Mat<D, U1>, Nothing => Mat<D, D>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D, U1>];
    self, a, b => OMatrix::from_diagonal(a);
    y, seed => [da += (0..a.nrows()).for_each(|i| da[i] += seed[(i, i)])] []
}
impl<D: Dim> Rule<One<Mat<D, U1>>, Nothing, Mat<D, D>> for Diagonal
where
    DefaultAllocator: Allocator<D, D> + Allocator<D, U1>,
{
    const NAME: &'static str = "diagonal";

    fn primal<T: Real>(&self, (a, ()): &(OMatrix<T, D, U1>, ()), (): &()) -> OMatrix<T, D, D> {
        OMatrix::from_diagonal(a)
    }

    fn pullback<T: Real>(
        &self,
        ((a, ()), ()): (&(OMatrix<T, D, U1>, ()), &()),
        y: Option<&OMatrix<T, D, D>>,
        seed: &OMatrix<T, D, D>,
        bars: Bars<'_, One<Mat<D, U1>>, Nothing, T>,
    ) {
        let bar = bars.0.map(|(bar, ())| bar);
        <Self as Rule<Mat<D, U1>, Nothing, Mat<D, D>>>::pullback(
            self,
            (a, &()),
            y,
            seed,
            (bar, None),
        );
    }
}

function! {
    StaticFromElement from_element [const R: usize, const C: usize] [R, C] SMatrix<F, R, C>:
        (x: owned(Number)) => Static<R, C>, Filled(Const::<R>, Const::<C>);
    StaticRepeat repeat [const R: usize, const C: usize] [R, C] SMatrix<F, R, C>:
        (x: owned(Number)) => Static<R, C>, Filled(Const::<R>, Const::<C>);
    VectorFromElement from_element [] [] DVector<F>:
        (n: constant(usize), x: owned(Number)) => Mat<Dyn, U1>, Filled(Dyn(n), Const::<1>);
    VectorRepeat repeat [] [] DVector<F>:
        (n: constant(usize), x: owned(Number)) => Mat<Dyn, U1>, Filled(Dyn(n), Const::<1>);
    RowVectorFromElement from_element [] [] RowDVector<F>:
        (n: constant(usize), x: owned(Number)) => Mat<U1, Dyn>, Filled(Const::<1>, Dyn(n));
    MatrixFromElement from_element [] [] DMatrix<F>:
        (r: constant(usize), c: constant(usize), x: owned(Number)) => Mat<Dyn, Dyn>, Filled(Dyn(r), Dyn(c));
    MatrixRepeat repeat [] [] DMatrix<F>:
        (r: constant(usize), c: constant(usize), x: owned(Number)) => Mat<Dyn, Dyn>, Filled(Dyn(r), Dyn(c));
    StaticFromDiagonalElement from_diagonal_element [const D: usize] [D] SMatrix<F, D, D>:
        (x: owned(Number)) => Static<D, D>, DiagonalFilled(Const::<D>);
    MatrixFromDiagonal from_diagonal [D: Dim] [D] OMatrix<F, D, D>:
        (diagonal: shared(Mat<D, U1>)) => Mat<D, D>, Diagonal,
        where [Allocator<D, D> + Allocator<D, U1>];
    StaticFromRowSlice from_row_slice [const R: usize, const C: usize] [R, C] SMatrix<F, R, C>:
        (list: list(List)) => Static<R, C>, Listed::by_rows(Const::<R>, Const::<C>);
    StaticFromColumnSlice from_column_slice [const R: usize, const C: usize] [R, C] SMatrix<F, R, C>:
        (list: list(List)) => Static<R, C>, Listed::by_columns(Const::<R>, Const::<C>);
    StaticFromVec from_vec [const R: usize, const C: usize] [R, C] SMatrix<F, R, C>:
        (list: owned(List)) => Static<R, C>, Listed::by_columns(Const::<R>, Const::<C>);
    VectorFromRowSlice from_row_slice [] [] DVector<F>:
        (list: list(List)) => Mat<Dyn, U1>, Listed::by_rows(Dyn(list.len()), Const::<1>);
    VectorFromColumnSlice from_column_slice [] [] DVector<F>:
        (list: list(List)) => Mat<Dyn, U1>, Listed::by_columns(Dyn(list.len()), Const::<1>);
    VectorFromVec from_vec [] [] DVector<F>:
        (list: owned(List)) => Mat<Dyn, U1>, Listed::by_columns(Dyn(list.len()), Const::<1>);
    RowVectorFromRowSlice from_row_slice [] [] RowDVector<F>:
        (list: list(List)) => Mat<U1, Dyn>, Listed::by_rows(Const::<1>, Dyn(list.len()));
    RowVectorFromVec from_vec [] [] RowDVector<F>:
        (list: owned(List)) => Mat<U1, Dyn>, Listed::by_columns(Const::<1>, Dyn(list.len()));
    MatrixFromRowSlice from_row_slice [] [] DMatrix<F>:
        (r: constant(usize), c: constant(usize), list: list(List)) => Mat<Dyn, Dyn>, Listed::by_rows(Dyn(r), Dyn(c));
    MatrixFromColumnSlice from_column_slice [] [] DMatrix<F>:
        (r: constant(usize), c: constant(usize), list: list(List)) => Mat<Dyn, Dyn>, Listed::by_columns(Dyn(r), Dyn(c));
    MatrixFromVec from_vec [] [] DMatrix<F>:
        (r: constant(usize), c: constant(usize), list: owned(List)) => Mat<Dyn, Dyn>, Listed::by_columns(Dyn(r), Dyn(c));
}
