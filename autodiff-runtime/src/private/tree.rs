//! The numbers inside of tangents and adjoints, whatever holds them.

use super::Lanes;
use crate::Scalar;
use crate::trace::Node;

/// Something made of scalars `V`: one of them, or arrays, slices, `Vec`s and tuples of them.
pub trait Tree<V> {
    /// Visits every scalar in order.
    fn leaves(&self, visit: &mut impl FnMut(&V));

    /// Visits every scalar in order, to change it.
    fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut V));
}

macro_rules! one_leaf {
    ($([$($generics:tt)*] $leaf:ty;)*) => {$(
        impl<$($generics)*> Tree<$leaf> for $leaf {
            #[inline]
            fn leaves(&self, visit: &mut impl FnMut(&Self)) {
                visit(self);
            }
            #[inline]
            fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut Self)) {
                visit(self);
            }
        }
    )*};
}
one_leaf! { [S: Scalar] S; [] Node; [B, const N: usize] Lanes<B, N>; }

impl<V> Tree<V> for () {
    #[inline]
    fn leaves(&self, _: &mut impl FnMut(&V)) {}
    #[inline]
    fn leaves_mut(&mut self, _: &mut impl FnMut(&mut V)) {}
}

impl<V, T: Tree<V>> Tree<V> for [T] {
    #[inline]
    fn leaves(&self, visit: &mut impl FnMut(&V)) {
        self.iter().for_each(|part| part.leaves(visit));
    }
    #[inline]
    fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut V)) {
        self.iter_mut().for_each(|part| part.leaves_mut(visit));
    }
}

impl<V, T: Tree<V>, const N: usize> Tree<V> for [T; N] {
    #[inline]
    fn leaves(&self, visit: &mut impl FnMut(&V)) {
        self.as_slice().leaves(visit);
    }
    #[inline]
    fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut V)) {
        self.as_mut_slice().leaves_mut(visit);
    }
}

impl<V, T: Tree<V>> Tree<V> for Vec<T> {
    #[inline]
    fn leaves(&self, visit: &mut impl FnMut(&V)) {
        self.as_slice().leaves(visit);
    }
    #[inline]
    fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut V)) {
        self.as_mut_slice().leaves_mut(visit);
    }
}

/// Adds a tangent or adjoint to another of the same shape.
pub trait AddFrom<R: ?Sized> {
    /// Adds element by element.
    fn add_from(&mut self, other: &R);
}

macro_rules! tuples {
    ($($($part:ident $other:ident $k:tt)*;)*) => {$(
        impl<V, $($part: Tree<V>),*> Tree<V> for ($($part,)*) {
            #[inline]
            fn leaves(&self, visit: &mut impl FnMut(&V)) {
                $(self.$k.leaves(visit);)*
            }
            #[inline]
            fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut V)) {
                $(self.$k.leaves_mut(visit);)*
            }
        }

        impl<$($part: AddFrom<$other>, $other),*> AddFrom<($($other,)*)> for ($($part,)*) {
            #[inline]
            fn add_from(&mut self, other: &($($other,)*)) {
                $(self.$k.add_from(&other.$k);)*
            }
        }

        impl<$($part: Clear),*> Clear for ($($part,)*) {
            #[inline]
            fn clear(&mut self) {
                $(self.$k.clear();)*
            }
        }
    )*};
}
tuples! {
    A Z 0;
    A Z 0 B Y 1;
    A Z 0 B Y 1 C X 2;
    A Z 0 B Y 1 C X 2 D W 3;
    A Z 0 B Y 1 C X 2 D W 3 E U 4;
    A Z 0 B Y 1 C X 2 D W 3 E U 4 F T 5;
    A Z 0 B Y 1 C X 2 D W 3 E U 4 F T 5 G S 6;
    A Z 0 B Y 1 C X 2 D W 3 E U 4 F T 5 G S 6 H R 7;
}

/// `place += other`.
#[inline]
pub fn accumulate<A: AddFrom<B> + ?Sized, B: ?Sized>(place: &mut A, other: &B) {
    place.add_from(other);
}

impl<S: Scalar> AddFrom<S> for S {
    #[inline]
    fn add_from(&mut self, other: &S) {
        *self += *other;
    }
}

impl<B: Copy + std::ops::AddAssign, const N: usize> AddFrom<Lanes<B, N>> for Lanes<B, N> {
    #[inline]
    fn add_from(&mut self, other: &Lanes<B, N>) {
        *self += *other;
    }
}

impl<S: Scalar> Clear for S {
    #[inline]
    fn clear(&mut self) {
        *self = S::default();
    }
}

impl AddFrom<()> for () {
    #[inline]
    fn add_from(&mut self, (): &()) {}
}

macro_rules! add_sequences {
    ($([$($generics:tt)*] $a:ty, $b:ty;)*) => {$(
        impl<A: AddFrom<B>, B, $($generics)*> AddFrom<$b> for $a {
            #[inline]
            fn add_from(&mut self, other: &$b) {
                for (part, more) in self.iter_mut().zip(other.iter()) {
                    part.add_from(more);
                }
            }
        }
    )*};
}
add_sequences! {
    [] [A], [B];
    [] [A], Vec<B>;
    [] Vec<A>, [B];
    [] Vec<A>, Vec<B>;
    [const N: usize] [A], [B; N];
    [const N: usize] Vec<A>, [B; N];
    [const N: usize] [A; N], [B; N];
    [const N: usize] [A; N], [B];
    [const N: usize] [A; N], Vec<B>;
}

/// Can be made zero in place.
pub trait Clear {
    /// Makes every scalar 0.
    fn clear(&mut self);
}

/// Makes every scalar 0.
#[inline]
pub fn clear<T: Clear + ?Sized>(place: &mut T) {
    place.clear();
}

impl<B: Default + Copy, const N: usize> Clear for Lanes<B, N> {
    #[inline]
    fn clear(&mut self) {
        *self = Lanes::default();
    }
}

impl Clear for Node {
    #[inline]
    fn clear(&mut self) {
        *self = Node::NONE;
    }
}

impl Clear for () {
    #[inline]
    fn clear(&mut self) {}
}

impl<T: Clear> Clear for [T] {
    #[inline]
    fn clear(&mut self) {
        self.iter_mut().for_each(T::clear);
    }
}

impl<T: Clear, const N: usize> Clear for [T; N] {
    #[inline]
    fn clear(&mut self) {
        self.iter_mut().for_each(T::clear);
    }
}

impl<T: Clear> Clear for Vec<T> {
    #[inline]
    fn clear(&mut self) {
        self.iter_mut().for_each(T::clear);
    }
}

/// The sum of tangents or adjoints.
#[inline]
pub fn sum<V: Copy + Default + std::ops::AddAssign>(values: &[V]) -> V {
    let mut total = V::default();
    for value in values {
        total += *value;
    }
    total
}
