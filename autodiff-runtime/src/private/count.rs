//! How many numbers a value holds that can have a derivative.

use super::Lanes;
use crate::Scalar;

/// A value that holds some numbers.
#[diagnostic::on_unimplemented(
    message = "the macro cannot see through the type `{Self}`, and it is not `Differentiable`",
    label = "derivatives with respect to this are asked for",
    note = "put `#[derive(Differentiable)]` on it; or hold it constant: mark the parameter or the \
            field `#[constant]`, or name the active parameters by `#[differentiate(wrt(…))]`"
)]
pub trait Count {
    /// How many.
    fn count(&self) -> usize;
}

/// The number of floats in `value`.
#[inline]
pub fn count<T: Count + ?Sized>(value: &T) -> usize {
    value.count()
}

macro_rules! no_numbers {
    ($($ty:ty)*) => {$(
        impl Count for $ty {
            #[inline]
            fn count(&self) -> usize {
                0
            }
        }
    )*};
}
no_numbers!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize str String);

impl<S: Scalar> Count for S {
    #[inline]
    fn count(&self) -> usize {
        1
    }
}

impl<B, const N: usize> Count for Lanes<B, N> {
    #[inline]
    fn count(&self) -> usize {
        1
    }
}

impl<T: Count> Count for [T] {
    #[inline]
    fn count(&self) -> usize {
        self.iter().map(T::count).sum()
    }
}

impl<T: Count, const N: usize> Count for [T; N] {
    #[inline]
    fn count(&self) -> usize {
        self.iter().map(T::count).sum()
    }
}

impl<T: Count> Count for Vec<T> {
    #[inline]
    fn count(&self) -> usize {
        self.iter().map(T::count).sum()
    }
}

macro_rules! count_tuples {
    ($($($part:ident $k:tt)*;)*) => {$(
        impl<$($part: Count),*> Count for ($($part,)*) {
            #[inline]
            fn count(&self) -> usize {
                0 $(+ self.$k.count())*
            }
        }
    )*};
}
count_tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}
