//! Plain values with their tangents as dual numbers, and back.

use super::Tree;
use crate::{Dual, Scalar};

/// A plain value that becomes one of duals, given its tangent.
pub trait WithTangent<D: ?Sized> {
    /// The same made of duals, owned.
    type Dual;

    /// The value with the tangent.
    fn with_tangent(&self, dot: &D) -> Self::Dual;
}

/// `value` with the tangent `dot`.
#[inline]
pub fn dual<T: WithTangent<D> + ?Sized, D: ?Sized>(value: &T, dot: &D) -> T::Dual {
    value.with_tangent(dot)
}

macro_rules! floats {
    ($($float:ty)*) => {$(
        impl WithTangent<$float> for $float {
            type Dual = Dual<$float>;
            #[inline]
            fn with_tangent(&self, dot: &$float) -> Self::Dual {
                Dual::new(*self, *dot)
            }
        }
    )*};
}
floats!(f32 f64);

macro_rules! passive {
    ($($ty:ty)*) => {$(
        impl WithTangent<()> for $ty {
            type Dual = $ty;
            #[inline]
            fn with_tangent(&self, (): &()) -> $ty {
                self.clone()
            }
        }
    )*};
}
passive!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize String);

macro_rules! sequences {
    ($($a:ty, $d:ty;)*) => {$(
        impl<T: WithTangent<D>, D> WithTangent<$d> for $a {
            type Dual = Vec<T::Dual>;
            #[inline]
            fn with_tangent(&self, dot: &$d) -> Self::Dual {
                self.iter().zip(dot.iter()).map(|(part, dot)| part.with_tangent(dot)).collect()
            }
        }
    )*};
}
sequences! { [T], [D]; [T], Vec<D>; Vec<T>, Vec<D>; }

impl<T: WithTangent<D>, D, const N: usize> WithTangent<[D; N]> for [T; N] {
    type Dual = [T::Dual; N];
    #[inline]
    fn with_tangent(&self, dot: &[D; N]) -> Self::Dual {
        std::array::from_fn(|k| self[k].with_tangent(&dot[k]))
    }
}

/// Something made of duals, taken apart.
pub trait Parts<B> {
    /// The same made of plain floats.
    type Plain;

    /// Takes a part of every dual.
    fn parts(&self, part: &impl Fn(&Dual<B>) -> B) -> Self::Plain;
}

/// The values.
#[inline]
pub fn dual_values<B: Scalar, T: Parts<B>>(value: &T) -> T::Plain {
    value.parts(&|dual| dual.value)
}

/// The tangents.
#[inline]
pub fn dual_tangents<B: Scalar, T: Parts<B>>(value: &T) -> T::Plain {
    value.parts(&|dual| dual.tangent)
}

impl<B> Parts<B> for Dual<B> {
    type Plain = B;
    #[inline]
    fn parts(&self, part: &impl Fn(&Dual<B>) -> B) -> B {
        part(self)
    }
}

impl<B> Parts<B> for () {
    type Plain = ();
    #[inline]
    fn parts(&self, _: &impl Fn(&Dual<B>) -> B) {}
}

impl<B, T: Parts<B>> Parts<B> for Vec<T> {
    type Plain = Vec<T::Plain>;
    #[inline]
    fn parts(&self, part: &impl Fn(&Dual<B>) -> B) -> Self::Plain {
        self.iter().map(|inner| inner.parts(part)).collect()
    }
}

impl<B, T: Parts<B>, const N: usize> Parts<B> for [T; N] {
    type Plain = [T::Plain; N];
    #[inline]
    fn parts(&self, part: &impl Fn(&Dual<B>) -> B) -> Self::Plain {
        std::array::from_fn(|k| self[k].parts(part))
    }
}

macro_rules! tuples {
    ($($($part:ident $dot:ident $k:tt)*;)*) => {$(
        impl<$($part: WithTangent<$dot>, $dot),*> WithTangent<($($dot,)*)> for ($($part,)*) {
            type Dual = ($($part::Dual,)*);
            #[inline]
            fn with_tangent(&self, dot: &($($dot,)*)) -> Self::Dual {
                ($(self.$k.with_tangent(&dot.$k),)*)
            }
        }

        impl<B_, $($part: Parts<B_>),*> Parts<B_> for ($($part,)*) {
            type Plain = ($($part::Plain,)*);
            #[inline]
            fn parts(&self, part: &impl Fn(&Dual<B_>) -> B_) -> Self::Plain {
                ($(self.$k.parts(part),)*)
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
}

/// Adds adjoints made of duals: values to `bar`, tangents to `bar_dot`.
pub fn add_dual<B, T, D>(bar: &mut T, bar_dot: &mut T, duals: &D)
where
    B: Scalar,
    T: Tree<B> + ?Sized,
    D: Tree<Dual<B>> + ?Sized,
{
    let mut all = Vec::new();
    duals.leaves(&mut |dual| all.push(*dual));
    let mut k = 0;
    bar.leaves_mut(&mut |leaf| {
        *leaf += all[k].value;
        k += 1;
    });
    let mut k = 0;
    bar_dot.leaves_mut(&mut |leaf| {
        *leaf += all[k].tangent;
        k += 1;
    });
}
