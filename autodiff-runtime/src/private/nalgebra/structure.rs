//! Matrices under the traits of generated code.

use crate::differentiable::Differentiable;
use crate::private::{
    AddFrom, Clear, Companion, Coordinate, Count, Field, Inputs, Placeholder, SameShape, Still,
    Tree, ZeroLike, field_hash,
};
use crate::trace::{Node, Trace};
use nalgebra::allocator::Allocator;
use nalgebra::{
    DefaultAllocator, Dim, Matrix, OMatrix, RawStorage, RawStorageMut, Scalar, Storage, U1,
};

/// The floats that functions are written over.
pub trait Plain: Scalar + Copy + Into<f64> + Default {}
impl Plain for f32 {}
impl Plain for f64 {}

impl<F, V, R, C, S> ZeroLike<V> for Matrix<F, R, C, S>
where
    F: Plain,
    V: Coordinate,
    R: Dim,
    C: Dim,
    S: RawStorage<F, R, C>,
    DefaultAllocator: Allocator<R, C>,
{
    type Outline = (R, C);
    type Zero = OMatrix<V, R, C>;

    #[inline]
    fn outline(&self) -> (R, C) {
        self.shape_generic()
    }

    #[inline]
    fn zero_of((rows, columns): &(R, C)) -> Self::Zero {
        OMatrix::from_element_generic(*rows, *columns, V::default())
    }
}

impl<V, T, R, C, S> Tree<V> for Matrix<T, R, C, S>
where
    T: Tree<V>,
    R: Dim,
    C: Dim,
    S: RawStorageMut<T, R, C>,
{
    #[inline]
    fn leaves(&self, visit: &mut impl FnMut(&V)) {
        self.iter().for_each(|part| part.leaves(visit));
    }
    #[inline]
    fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut V)) {
        self.iter_mut().for_each(|part| part.leaves_mut(visit));
    }
}

impl<A, B, R1, C1, S1, R2, C2, S2> AddFrom<Matrix<B, R2, C2, S2>> for Matrix<A, R1, C1, S1>
where
    A: AddFrom<B>,
    R1: Dim,
    C1: Dim,
    S1: RawStorageMut<A, R1, C1>,
    R2: Dim,
    C2: Dim,
    S2: RawStorage<B, R2, C2>,
{
    #[inline]
    fn add_from(&mut self, other: &Matrix<B, R2, C2, S2>) {
        for (part, more) in self.iter_mut().zip(other.iter()) {
            part.add_from(more);
        }
    }
}

impl<A, R: Dim, C: Dim, S> AddFrom<Still> for Matrix<A, R, C, S> {
    #[inline]
    fn add_from(&mut self, _: &Still) {}
}

impl<A: Clear, R: Dim, C: Dim, S: RawStorageMut<A, R, C>> Clear for Matrix<A, R, C, S> {
    #[inline]
    fn clear(&mut self) {
        self.iter_mut().for_each(A::clear);
    }
}

impl<A, R: Dim, C: Dim, S: RawStorage<A, R, C>> Count for Matrix<A, R, C, S> {
    #[inline]
    fn count(&self) -> usize {
        self.len()
    }
}

impl<A, B, R1, C1, S1, R2, C2, S2> SameShape<Matrix<B, R2, C2, S2>> for Matrix<A, R1, C1, S1>
where
    R1: Dim,
    C1: Dim,
    S1: RawStorage<A, R1, C1>,
    R2: Dim,
    C2: Dim,
    S2: RawStorage<B, R2, C2>,
{
    #[inline]
    fn mismatch(&self, companion: &Matrix<B, R2, C2, S2>) -> Option<(usize, usize)> {
        let (ours, theirs) = (self.shape(), companion.shape());
        match ours == theirs {
            true => None,
            false if self.len() != companion.len() => Some((self.len(), companion.len())),
            // As many numbers in another arrangement.
            false => Some((ours.0, theirs.0)),
        }
    }
}

impl<F, R, C, S> Inputs for Matrix<F, R, C, S>
where
    F: Plain,
    R: Dim,
    C: Dim,
    S: RawStorage<F, R, C>,
    DefaultAllocator: Allocator<R, C>,
{
    fn inputs(&self, trace: &mut Trace, name: &str) -> OMatrix<Node, R, C> {
        let (rows, columns) = self.shape_generic();
        OMatrix::from_fn_generic(rows, columns, |i, j| {
            let name = match self.ncols() {
                1 => format!("{name}[{i}]"),
                _ => format!("{name}[({i}, {j})]"),
            };
            trace.input(&name, self[(i, j)].into())
        })
    }
}

impl<F, R, C> Placeholder for OMatrix<F, R, C>
where
    F: Plain,
    R: Dim,
    C: Dim,
    DefaultAllocator: Allocator<R, C>,
{
    #[inline]
    fn placeholder() -> Self {
        let rows = R::from_usize(R::try_to_usize().unwrap_or(0));
        let columns = C::from_usize(C::try_to_usize().unwrap_or(0));
        OMatrix::from_element_generic(rows, columns, F::default())
    }
}

impl<V: Scalar, R: Dim, C: Dim> Companion<OMatrix<V, R, C>> for OMatrix<V, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    #[inline(always)]
    fn given(&self) -> Option<&Self> {
        Some(self)
    }
    #[inline(always)]
    fn given_mut(&mut self) -> Option<&mut Self> {
        Some(self)
    }
}

impl<F, R, C, S> Differentiable for Matrix<F, R, C, S>
where
    F: Plain,
    R: Dim,
    C: Dim,
    S: Storage<F, R, C>,
    DefaultAllocator: Allocator<R, C>,
{
    type Tangent = OMatrix<F, R, C>;

    fn zero_tangent(&self) -> Self::Tangent {
        let (rows, columns) = self.shape_generic();
        OMatrix::from_element_generic(rows, columns, F::default())
    }

    fn flatten_into(&self, out: &mut Vec<f64>) {
        out.extend(self.iter().map(|entry| (*entry).into()));
    }
}

/// `.x`, `.y`, … of the tangents of vectors.
macro_rules! coordinates {
    ($($name:ident $k:literal)*) => {$(
        impl<V: Coordinate, R: Dim> Field<{ field_hash(stringify!($name)) }, V> for OMatrix<V, R, U1>
        where
            DefaultAllocator: Allocator<R, U1>,
        {
            #[inline(always)]
            fn part(&self) -> &V {
                &self[$k]
            }
            #[inline(always)]
            fn part_mut(&mut self) -> &mut V {
                &mut self[$k]
            }
        }
    )*};
}
coordinates! { x 0 y 1 z 2 w 3 a 4 b 5 i 0 j 1 k 2 }

/// `.coords` of the tangents of points and quaternions, which are coordinates themselves.
impl<V: Coordinate, R: Dim> Field<{ field_hash("coords") }, OMatrix<V, R, U1>> for OMatrix<V, R, U1>
where
    DefaultAllocator: Allocator<R, U1>,
{
    #[inline(always)]
    fn part(&self) -> &Self {
        self
    }
    #[inline(always)]
    fn part_mut(&mut self) -> &mut Self {
        self
    }
}
