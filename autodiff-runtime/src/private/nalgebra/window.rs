//! Parts of matrices: rows, columns and blocks. Generated code has them as values of their own.

use super::engine::{self, Of, Rule, Tan};
use super::function::{Is, function};
use super::rule::Bars;
use super::spaces::{Float, Mat, Nothing, Pair, Real, Space};
use crate::Trace;
use crate::private::{HeldConstant, Lane};
use crate::trace::Node;
use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, Dim, Dyn, OMatrix, U1, U2, U3};

type One<A> = Pair<A, Nothing>;

/// The block that starts at `start`.
#[derive(Clone, Copy, Debug)]
pub struct Window<R, C> {
    start: (usize, usize),
    shape: (R, C),
}

impl<R: Dim, C: Dim> Window<R, C> {
    fn new(start: (usize, usize), shape: (R, C)) -> Self {
        Self { start, shape }
    }
}

impl<R1: Dim, C1: Dim, R2: Dim, C2: Dim> Rule<One<Mat<R1, C1>>, Nothing, Mat<R2, C2>>
    for Window<R2, C2>
where
    DefaultAllocator: Allocator<R1, C1> + Allocator<R2, C2>,
{
    const NAME: &'static str = "part";

    #[track_caller]
    fn primal<T: Real>(&self, (a, ()): &(OMatrix<T, R1, C1>, ()), (): &()) -> OMatrix<T, R2, C2> {
        a.generic_view(self.start, self.shape).into_owned()
    }

    fn pullback<T: Real>(
        &self,
        _: (&(OMatrix<T, R1, C1>, ()), &()),
        _: Option<&OMatrix<T, R2, C2>>,
        seed: &OMatrix<T, R2, C2>,
        bars: Bars<'_, One<Mat<R1, C1>>, Nothing, T>,
    ) {
        if let Some((bar, ())) = bars.0 {
            let mut place = bar.generic_view_mut(self.start, self.shape);
            place += seed;
        }
    }
}

function! {
    FixedRows fixed_rows [R: Dim, C: Dim] [R, C] const N OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; first: constant(usize)) => Mat<Const<N>, C>,
        Window::new((first, 0), (Const::<N>, m.shape_generic().1)),
        where [Allocator<R, C>], each [Allocator<Const<N>, C>];
    FixedColumns fixed_columns [R: Dim, C: Dim] [R, C] const N OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; first: constant(usize)) => Mat<R, Const<N>>,
        Window::new((0, first), (m.shape_generic().0, Const::<N>)),
        where [Allocator<R, C>], each [Allocator<R, Const<N>>];
    FixedView fixed_view [R: Dim, C: Dim] [R, C] const N const M OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; row: constant(usize), column: constant(usize)) => Mat<Const<N>, Const<M>>,
        Window::new((row, column), (Const::<N>, Const::<M>)),
        where [Allocator<R, C>];
    Rows rows [R: Dim, C: Dim] [R, C] OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; first: constant(usize), n: constant(usize)) => Mat<Dyn, C>,
        Window::new((first, 0), (Dyn(n), m.shape_generic().1)),
        where [Allocator<R, C> + Allocator<Dyn, C>];
    Columns columns [R: Dim, C: Dim] [R, C] OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; first: constant(usize), n: constant(usize)) => Mat<R, Dyn>,
        Window::new((0, first), (m.shape_generic().0, Dyn(n))),
        where [Allocator<R, C> + Allocator<R, Dyn>];
    View view [R: Dim, C: Dim] [R, C] OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; start: constant((usize, usize)), shape: constant((usize, usize))) => Mat<Dyn, Dyn>,
        Window::new(start, (Dyn(shape.0), Dyn(shape.1))),
        where [Allocator<R, C>];
    Column column [R: Dim, C: Dim] [R, C] OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; index: constant(usize)) => Mat<R, U1>,
        Window::new((0, index), (m.shape_generic().0, Const::<1>)),
        where [Allocator<R, C> + Allocator<R, U1>];
    Row row [R: Dim, C: Dim] [R, C] OMatrix<F, R, C>:
        (&self as m: Mat<R, C>; index: constant(usize)) => Mat<U1, C>,
        Window::new((index, 0), (Const::<1>, m.shape_generic().1)),
        where [Allocator<R, C> + Allocator<U1, C>];
    Xy xy [R: Dim] [R] OMatrix<F, R, U1>: (&self as m: Mat<R, U1>;) => Mat<U2, U1>,
        Window::new((0, 0), (Const::<2>, Const::<1>)), where [Allocator<R, U1>];
    Xyz xyz [R: Dim] [R] OMatrix<F, R, U1>: (&self as m: Mat<R, U1>;) => Mat<U3, U1>,
        Window::new((0, 0), (Const::<3>, Const::<1>)), where [Allocator<R, U1>];
}
