//! The spaces that rules map between: values over any real scalar, and tangents over any coordinate.

use crate::private::{Coordinate, Lane};
use crate::{Dual, Scalar};
use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix, RealField};
use std::marker::PhantomData;

/// What rules are written over: floats, and duals of them.
pub trait Real: RealField + Scalar + Copy {}
impl<T: RealField + Scalar + Copy> Real for T {}

/// What functions are written over.
pub trait Float: Real + Lane<Self> + super::structure::Plain {}
impl Float for f32 {}
impl Float for f64 {}

/// Values with coordinates.
pub trait Space: 'static {
    /// A value over the scalar `T`.
    type Of<T: Real>: Clone;
    /// A tangent or adjoint.
    type Tan<V: Coordinate>: Clone;

    /// How many coordinates there are.
    fn len<T: Real>(x: &Self::Of<T>) -> usize;

    /// A coordinate of a value.
    fn at<T: Real>(x: &Self::Of<T>, k: usize) -> T;

    /// The value with a tangent.
    fn lift<F: Real>(x: &Self::Of<F>, dot: &dyn Fn(usize) -> F) -> Self::Of<Dual<F>>;

    /// The tangent with these coordinates.
    fn tangent<T: Real, V: Coordinate>(
        like: &Self::Of<T>,
        coordinate: &mut dyn FnMut(usize) -> V,
    ) -> Self::Tan<V>;

    /// A coordinate of a tangent.
    fn get<V: Coordinate>(dot: &Self::Tan<V>, k: usize) -> V;

    /// The same, to change.
    fn get_mut<V: Coordinate>(dot: &mut Self::Tan<V>, k: usize) -> &mut V;

    /// How many coordinates a tangent has.
    fn count<V: Coordinate>(dot: &Self::Tan<V>) -> usize;

    /// The zero tangent.
    fn zero<T: Real, V: Coordinate>(like: &Self::Of<T>) -> Self::Tan<V> {
        Self::tangent(like, &mut |_| V::default())
    }
}

/// One number.
#[derive(Clone, Copy, Debug)]
pub enum Number {}

impl Space for Number {
    type Of<T: Real> = T;
    type Tan<V: Coordinate> = V;

    #[inline]
    fn len<T: Real>(_: &T) -> usize {
        1
    }
    #[inline]
    fn at<T: Real>(x: &T, _: usize) -> T {
        *x
    }
    #[inline]
    fn lift<F: Real>(x: &F, dot: &dyn Fn(usize) -> F) -> Dual<F> {
        Dual::new(*x, dot(0))
    }
    #[inline]
    fn tangent<T: Real, V: Coordinate>(_: &T, coordinate: &mut dyn FnMut(usize) -> V) -> V {
        coordinate(0)
    }
    #[inline]
    fn get<V: Coordinate>(dot: &V, _: usize) -> V {
        *dot
    }
    #[inline]
    fn get_mut<V: Coordinate>(dot: &mut V, _: usize) -> &mut V {
        dot
    }
    #[inline]
    fn count<V: Coordinate>(_: &V) -> usize {
        1
    }
}

/// No operand.
#[derive(Clone, Copy, Debug)]
pub enum Nothing {}

impl Space for Nothing {
    type Of<T: Real> = ();
    type Tan<V: Coordinate> = ();

    fn len<T: Real>((): &()) -> usize {
        0
    }
    fn at<T: Real>((): &(), _: usize) -> T {
        T::zero_()
    }
    fn lift<F: Real>((): &(), _: &dyn Fn(usize) -> F) {}
    fn tangent<T: Real, V: Coordinate>((): &(), _: &mut dyn FnMut(usize) -> V) {}
    fn get<V: Coordinate>((): &(), _: usize) -> V {
        V::default()
    }
    fn get_mut<V: Coordinate>((): &mut (), k: usize) -> &mut V {
        panic!("there is no coordinate {k} of nothing")
    }
    fn count<V: Coordinate>((): &()) -> usize {
        0
    }
}

/// `zero` and `one`, which two traits of a [`Real`] have.
pub trait Constants: Scalar {
    /// 0
    fn zero_() -> Self {
        <Self as Scalar>::from_f64(0.0)
    }
    /// A constant.
    fn number(value: f64) -> Self {
        <Self as Scalar>::from_f64(value)
    }
}
impl<T: Scalar> Constants for T {}

/// Matrices.
#[derive(Clone, Copy, Debug)]
pub struct Mat<R, C>(PhantomData<(R, C)>);

impl<R: Dim, C: Dim> Space for Mat<R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    type Of<T: Real> = OMatrix<T, R, C>;
    type Tan<V: Coordinate> = OMatrix<V, R, C>;

    #[inline]
    fn len<T: Real>(x: &OMatrix<T, R, C>) -> usize {
        x.len()
    }
    #[inline]
    fn at<T: Real>(x: &OMatrix<T, R, C>, k: usize) -> T {
        x[k]
    }
    fn lift<F: Real>(x: &OMatrix<F, R, C>, dot: &dyn Fn(usize) -> F) -> OMatrix<Dual<F>, R, C> {
        let (rows, columns) = x.shape_generic();
        let height = rows.value();
        OMatrix::from_fn_generic(rows, columns, |i, j| {
            Dual::new(x[(i, j)], dot(i + j * height))
        })
    }
    fn tangent<T: Real, V: Coordinate>(
        like: &OMatrix<T, R, C>,
        coordinate: &mut dyn FnMut(usize) -> V,
    ) -> OMatrix<V, R, C> {
        let (rows, columns) = like.shape_generic();
        let height = rows.value();
        OMatrix::from_fn_generic(rows, columns, |i, j| coordinate(i + j * height))
    }
    #[inline]
    fn get<V: Coordinate>(dot: &OMatrix<V, R, C>, k: usize) -> V {
        dot[k]
    }
    #[inline]
    fn get_mut<V: Coordinate>(dot: &mut OMatrix<V, R, C>, k: usize) -> &mut V {
        &mut dot[k]
    }
    #[inline]
    fn count<V: Coordinate>(dot: &OMatrix<V, R, C>) -> usize {
        dot.len()
    }
}

/// What may not be there.
#[derive(Clone, Copy, Debug)]
pub struct Maybe<S>(PhantomData<S>);

impl<S: Space> Space for Maybe<S> {
    type Of<T: Real> = Option<S::Of<T>>;
    type Tan<V: Coordinate> = Option<S::Tan<V>>;

    fn len<T: Real>(x: &Option<S::Of<T>>) -> usize {
        x.as_ref().map_or(0, S::len)
    }
    fn at<T: Real>(x: &Option<S::Of<T>>, k: usize) -> T {
        x.as_ref().map_or(T::zero_(), |x| S::at(x, k))
    }
    fn lift<F: Real>(x: &Option<S::Of<F>>, dot: &dyn Fn(usize) -> F) -> Option<S::Of<Dual<F>>> {
        x.as_ref().map(|x| S::lift(x, dot))
    }
    fn tangent<T: Real, V: Coordinate>(
        like: &Option<S::Of<T>>,
        coordinate: &mut dyn FnMut(usize) -> V,
    ) -> Option<S::Tan<V>> {
        like.as_ref().map(|like| S::tangent(like, coordinate))
    }
    fn get<V: Coordinate>(dot: &Option<S::Tan<V>>, k: usize) -> V {
        dot.as_ref().map_or(V::default(), |dot| S::get(dot, k))
    }
    fn get_mut<V: Coordinate>(dot: &mut Option<S::Tan<V>>, k: usize) -> &mut V {
        match dot {
            Some(dot) => S::get_mut(dot, k),
            None => panic!("there is no coordinate {k} of `None`"),
        }
    }
    fn count<V: Coordinate>(dot: &Option<S::Tan<V>>) -> usize {
        dot.as_ref().map_or(0, S::count)
    }
}

/// Two values.
#[derive(Clone, Copy, Debug)]
pub struct Pair<A, B>(PhantomData<(A, B)>);

impl<A: Space, B: Space> Space for Pair<A, B> {
    type Of<T: Real> = (A::Of<T>, B::Of<T>);
    type Tan<V: Coordinate> = (A::Tan<V>, B::Tan<V>);

    #[inline]
    fn len<T: Real>((a, b): &Self::Of<T>) -> usize {
        A::len::<T>(a) + B::len::<T>(b)
    }
    fn at<T: Real>((a, b): &Self::Of<T>, k: usize) -> T {
        match k.checked_sub(A::len::<T>(a)) {
            None => A::at(a, k),
            Some(k) => B::at(b, k),
        }
    }
    fn lift<T: Real>((a, b): &Self::Of<T>, dot: &dyn Fn(usize) -> T) -> Self::Of<Dual<T>> {
        let split = A::len::<T>(a);
        (A::lift(a, dot), B::lift(b, &|k| dot(split + k)))
    }
    fn tangent<T: Real, V: Coordinate>(
        (a, b): &Self::Of<T>,
        coordinate: &mut dyn FnMut(usize) -> V,
    ) -> Self::Tan<V> {
        let split = A::len::<T>(a);
        let first = A::tangent::<T, V>(a, coordinate);
        (first, B::tangent::<T, V>(b, &mut |k| coordinate(split + k)))
    }
    fn get<V: Coordinate>((a, b): &Self::Tan<V>, k: usize) -> V {
        match k.checked_sub(A::count::<V>(a)) {
            None => A::get(a, k),
            Some(k) => B::get(b, k),
        }
    }
    fn get_mut<V: Coordinate>((a, b): &mut Self::Tan<V>, k: usize) -> &mut V {
        match k.checked_sub(A::count::<V>(a)) {
            None => A::get_mut(a, k),
            Some(k) => B::get_mut(b, k),
        }
    }
    fn count<V: Coordinate>((a, b): &Self::Tan<V>) -> usize {
        A::count::<V>(a) + B::count::<V>(b)
    }
}

/// Lists of numbers.
#[derive(Clone, Copy, Debug)]
pub enum List {}

impl Space for List {
    type Of<T: Real> = Vec<T>;
    type Tan<V: Coordinate> = Vec<V>;

    #[inline]
    fn len<T: Real>(x: &Vec<T>) -> usize {
        x.len()
    }
    #[inline]
    fn at<T: Real>(x: &Vec<T>, k: usize) -> T {
        x[k]
    }
    fn lift<T: Real>(x: &Vec<T>, dot: &dyn Fn(usize) -> T) -> Vec<Dual<T>> {
        let duals = x.iter().enumerate().map(|(k, x)| Dual::new(*x, dot(k)));
        duals.collect()
    }
    fn tangent<T: Real, V: Coordinate>(
        like: &Vec<T>,
        coordinate: &mut dyn FnMut(usize) -> V,
    ) -> Vec<V> {
        (0..like.len()).map(coordinate).collect()
    }
    #[inline]
    fn get<V: Coordinate>(dot: &Vec<V>, k: usize) -> V {
        dot[k]
    }
    #[inline]
    fn get_mut<V: Coordinate>(dot: &mut Vec<V>, k: usize) -> &mut V {
        &mut dot[k]
    }
    #[inline]
    fn count<V: Coordinate>(dot: &Vec<V>) -> usize {
        dot.len()
    }
}
