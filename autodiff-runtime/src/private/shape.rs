//! The check that a tangent or adjoint has the shape of its parameter.

use crate::Scalar;

/// Values that must agree in their lengths. The outline of a value (see `ZeroLike`) has its shape.
#[diagnostic::on_unimplemented(
    message = "the macro cannot see through the type `{Self}`, and it is not `Differentiable`",
    label = "derivatives with respect to this are asked for",
    note = "put `#[derive(Differentiable)]` on it; or hold it constant: mark the parameter or the \
            field `#[constant]`, or name the active parameters by `#[differentiate(wrt(…))]`"
)]
pub trait SameShape<C: ?Sized> {
    /// The two lengths at the first place where they differ.
    fn mismatch(&self, companion: &C) -> Option<(usize, usize)>;
}

/// Panics, naming the parameter and both lengths, unless `companion` has the shape of `value`.
#[inline]
#[track_caller]
pub fn check_shape<A: SameShape<C> + ?Sized, C: ?Sized>(
    parameter: &str,
    what: &str,
    value: &A,
    companion: &C,
) {
    if let Some((expected, found)) = value.mismatch(companion) {
        wrong_length(parameter, what, expected, found);
    }
}

#[cold]
#[track_caller]
fn wrong_length(parameter: &str, what: &str, expected: usize, found: usize) -> ! {
    panic!(
        "the {what} of `{parameter}` has length {found}, but `{parameter}` has length {expected}"
    )
}

macro_rules! no_length {
    ($($a:ty, $b:ty;)*) => {$(
        impl SameShape<$b> for $a {
            #[inline]
            fn mismatch(&self, _: &$b) -> Option<(usize, usize)> {
                None
            }
        }
    )*};
}
no_length! {
    (), (); (), f64; (), f32; bool, (); char, (); String, (); str, ();
    u8, (); u16, (); u32, (); u64, (); u128, (); usize, ();
    i8, (); i16, (); i32, (); i64, (); i128, (); isize, ();
}

impl<S: Scalar> SameShape<S> for S {
    #[inline]
    fn mismatch(&self, _: &S) -> Option<(usize, usize)> {
        None
    }
}

macro_rules! sequences {
    ($([$($generics:tt)*] $a:ty, $b:ty;)*) => {$(
        impl<A: SameShape<B>, B, $($generics)*> SameShape<$b> for $a {
            #[inline]
            fn mismatch(&self, companion: &$b) -> Option<(usize, usize)> {
                if self.len() != companion.len() {
                    return Some((self.len(), companion.len()));
                }
                self.iter().zip(companion.iter()).find_map(|(a, b)| a.mismatch(b))
            }
        }
    )*};
}
sequences! {
    [] [A], [B];
    [] [A], Vec<B>;
    [] Vec<A>, [B];
    [] Vec<A>, Vec<B>;
    [const N: usize] [A; N], [B; N];
}

macro_rules! tuples {
    ($($($a:ident $b:ident $k:tt)*;)*) => {$(
        impl<$($a: SameShape<$b>, $b),*> SameShape<($($b,)*)> for ($($a,)*) {
            #[inline]
            fn mismatch(&self, companion: &($($b,)*)) -> Option<(usize, usize)> {
                None$(.or_else(|| self.$k.mismatch(&companion.$k)))*
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
