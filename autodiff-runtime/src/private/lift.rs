//! Between plain floats and any `Scalar`, for code that runs over both.

use crate::Scalar;

/// Something made of scalars that has a plain counterpart.
pub trait Lower {
    /// The same made of plain floats, owned.
    type Plain;

    /// The plain values.
    fn lower(&self) -> Self::Plain;
}

/// The plain values of `value`.
pub fn lower<T: Lower + ?Sized>(value: &T) -> T::Plain {
    value.lower()
}

impl<S: Scalar> Lower for S {
    type Plain = S::Base;

    fn lower(&self) -> S::Base {
        self.base()
    }
}

impl<S: Lower> Lower for [S] {
    type Plain = Vec<S::Plain>;

    fn lower(&self) -> Self::Plain {
        self.iter().map(S::lower).collect()
    }
}

impl<S: Lower> Lower for Vec<S> {
    type Plain = Vec<S::Plain>;

    fn lower(&self) -> Self::Plain {
        self.as_slice().lower()
    }
}

impl<S: Lower, const N: usize> Lower for [S; N] {
    type Plain = [S::Plain; N];

    fn lower(&self) -> Self::Plain {
        std::array::from_fn(|k| self[k].lower())
    }
}

macro_rules! as_they_are {
    ($($ty:ty)*) => {$(
        impl Lower for $ty {
            type Plain = $ty;

            fn lower(&self) -> $ty {
                *self
            }
        }

        impl Lift<$ty> for $ty {
            fn lift(&self) -> $ty {
                *self
            }
        }
    )*};
}
as_they_are!(bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! tuples {
    ($($($part:ident $wide:ident $k:tt)*;)*) => {$(
        impl<$($part: Lower),*> Lower for ($($part,)*) {
            type Plain = ($($part::Plain,)*);

            fn lower(&self) -> Self::Plain {
                ($(self.$k.lower(),)*)
            }
        }

        impl<$($wide, $part: Lift<$wide>),*> Lift<($($wide,)*)> for ($($part,)*) {
            fn lift(&self) -> ($($wide,)*) {
                ($(self.$k.lift(),)*)
            }
        }
    )*};
}
tuples! {
    A Z 0 B Y 1;
    A Z 0 B Y 1 C X 2;
    A Z 0 B Y 1 C X 2 D W 3;
}

/// Something made of plain floats that has a counterpart made of `L`.
pub trait Lift<L> {
    /// The same over the wider scalars, as constants.
    fn lift(&self) -> L;
}

/// `value` as constants of wider scalars.
pub fn lift<L, T: Lift<L> + ?Sized>(value: &T) -> L {
    value.lift()
}

impl<S: Scalar<Base = f64>> Lift<S> for f64 {
    fn lift(&self) -> S {
        S::from_base(*self)
    }
}

impl<S: Scalar<Base = f32>> Lift<S> for f32 {
    fn lift(&self) -> S {
        S::from_base(*self)
    }
}

impl<L, T: Lift<L>> Lift<Vec<L>> for Vec<T> {
    fn lift(&self) -> Vec<L> {
        self.iter().map(T::lift).collect()
    }
}

impl<L, T: Lift<L>> Lift<Vec<L>> for [T] {
    fn lift(&self) -> Vec<L> {
        self.iter().map(T::lift).collect()
    }
}

impl<L, T: Lift<L>, const N: usize> Lift<[L; N]> for [T; N] {
    fn lift(&self) -> [L; N] {
        std::array::from_fn(|k| self[k].lift())
    }
}

/// A plain float where the callee wants either a plain float or a wider scalar.
pub fn coerce<L, T: Lift<L>>(value: T) -> L {
    value.lift()
}
