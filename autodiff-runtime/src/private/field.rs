//! The parts of tangents, found by the names of fields.
//!
//! The macro sees `p.mass`, but not whether the tangent of `p` has a field of that name: `mass` may
//! be an integer, or a constant. A tangent therefore answers for every field of its value, by a hash
//! of the name, and with [`Still`] where there is nothing.

use super::{AddFrom, Clear, Lanes, Tree, ZeroLike, zero_like};
use crate::Scalar;
use crate::trace::Node;
use std::ops::{AddAssign, Index, IndexMut, SubAssign};

/// The number that stands for the name of a field: FNV-1a, 64 bits.
pub const fn field_hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (mut hash, mut k) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while k < bytes.len() {
        hash = (hash ^ bytes[k] as u64).wrapping_mul(0x0100_0000_01b3);
        k += 1;
    }
    hash
}

/// A tangent that has, or stands for a value that has, a field of the name with the hash `NAME`.
/// The part follows from the name.
pub trait Field<const NAME: u64, P: ?Sized> {
    /// The tangent of the field.
    fn part(&self) -> &P;

    /// The same, to change.
    fn part_mut(&mut self) -> &mut P;
}

/// The part of `whole` that belongs to the field.
#[inline(always)]
pub fn part<const NAME: u64, P: ?Sized, T: Field<NAME, P> + ?Sized>(whole: &T) -> &P {
    whole.part()
}

/// The same, to change.
#[inline(always)]
pub fn part_mut<const NAME: u64, P: ?Sized, T: Field<NAME, P> + ?Sized>(whole: &mut T) -> &mut P {
    whole.part_mut()
}

/// The tangent of what has none: reads as zero, and swallows what is added.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Still;

impl Still {
    /// A reference to it. There is nothing to allocate, and nothing to leak.
    #[inline(always)]
    pub fn place<'a>() -> &'a mut Still {
        Box::leak(Box::new(Still))
    }
}

impl<const NAME: u64> Field<NAME, Still> for Still {
    #[inline(always)]
    fn part(&self) -> &Still {
        self
    }
    #[inline(always)]
    fn part_mut(&mut self) -> &mut Still {
        self
    }
}

impl<I> Index<I> for Still {
    type Output = Still;
    #[inline(always)]
    fn index(&self, _: I) -> &Still {
        self
    }
}

impl<I> IndexMut<I> for Still {
    #[inline(always)]
    fn index_mut(&mut self, _: I) -> &mut Still {
        self
    }
}

impl<T> AddAssign<T> for Still {
    #[inline(always)]
    fn add_assign(&mut self, _: T) {}
}

impl<T> SubAssign<T> for Still {
    #[inline(always)]
    fn sub_assign(&mut self, _: T) {}
}

impl<T: ?Sized> AddFrom<T> for Still {
    #[inline(always)]
    fn add_from(&mut self, _: &T) {}
}

impl Clear for Still {
    #[inline(always)]
    fn clear(&mut self) {}
}

impl<V> Tree<V> for Still {
    #[inline(always)]
    fn leaves(&self, _: &mut impl FnMut(&V)) {}
    #[inline(always)]
    fn leaves_mut(&mut self, _: &mut impl FnMut(&mut V)) {}
}

impl<V> ZeroLike<V> for Still {
    type Outline = ();
    type Zero = Still;
    #[inline(always)]
    fn outline(&self) {}
    #[inline(always)]
    fn zero_of(_: &()) -> Still {
        Still
    }
}

/// A part of a tangent where a tangent of type `T` is wanted.
pub trait Companion<T: ?Sized> {
    /// The tangent, if there is one.
    fn given(&self) -> Option<&T>;

    /// The same, to change.
    fn given_mut(&mut self) -> Option<&mut T>;
}

/// The tangent, if there is one.
#[inline(always)]
pub fn given<T: ?Sized, P: Companion<T> + ?Sized>(part: &P) -> Option<&T> {
    part.given()
}

/// The same, to change.
#[inline(always)]
pub fn given_mut<T: ?Sized, P: Companion<T> + ?Sized>(part: &mut P) -> Option<&mut T> {
    part.given_mut()
}

/// The tangent of a number.
#[inline(always)]
pub fn number<V: Copy + Default, P: Companion<V> + ?Sized>(part: &P) -> V {
    part.given().copied().unwrap_or_default()
}

/// The tangent of the value `of`.
#[inline(always)]
pub fn load<V, X: ZeroLike<V> + ?Sized, P: Companion<X::Zero> + ?Sized>(part: &P, of: &X) -> X::Zero
where
    X::Zero: Clone,
{
    match part.given() {
        Some(tangent) => tangent.clone(),
        None => zero_like(of),
    }
}

/// Puts a tangent in its place.
#[inline(always)]
pub fn set<T, P: Companion<T> + ?Sized>(part: &mut P, tangent: T) {
    if let Some(place) = part.given_mut() {
        *place = tangent;
    }
}

impl<T: ?Sized> Companion<T> for Still {
    #[inline(always)]
    fn given(&self) -> Option<&T> {
        None
    }
    #[inline(always)]
    fn given_mut(&mut self) -> Option<&mut T> {
        None
    }
}

macro_rules! companions {
    ($([$($generics:tt)*] $part:ty => $wanted:ty;)*) => {$(
        impl<$($generics)*> Companion<$wanted> for $part {
            #[inline(always)]
            fn given(&self) -> Option<&$wanted> {
                Some(self)
            }
            #[inline(always)]
            fn given_mut(&mut self) -> Option<&mut $wanted> {
                Some(self)
            }
        }

        impl<$($generics)*> AddFrom<Still> for $part {
            #[inline(always)]
            fn add_from(&mut self, _: &Still) {}
        }
    )*};
}
companions! {
    [S: Scalar] S => S;
    [] () => ();
    [] Node => Node;
    [B, const N: usize] Lanes<B, N> => Lanes<B, N>;
    [T] [T] => [T];
    [T] Vec<T> => Vec<T>;
    [T, const N: usize] [T; N] => [T; N];
    [A] (A,) => (A,);
    [A, B] (A, B) => (A, B);
    [A, B, C] (A, B, C) => (A, B, C);
    [A, B, C, D] (A, B, C, D) => (A, B, C, D);
    [A, B, C, D, E] (A, B, C, D, E) => (A, B, C, D, E);
    [A, B, C, D, E, F] (A, B, C, D, E, F) => (A, B, C, D, E, F);
}

macro_rules! as_slices {
    ($([$($generics:tt)*] $part:ty;)*) => {$(
        impl<T, $($generics)*> Companion<[T]> for $part {
            #[inline(always)]
            fn given(&self) -> Option<&[T]> {
                Some(self)
            }
            #[inline(always)]
            fn given_mut(&mut self) -> Option<&mut [T]> {
                Some(self)
            }
        }
    )*};
}
as_slices! { [] Vec<T>; [const N: usize] [T; N]; }

macro_rules! tuple_fields {
    ($($whole:tt: $($part:ident $k:tt)*;)*) => {$(
        $(tuple_fields!(@one $whole $part $k);)*
    )*};
    (@one ($($all:ident),*) $part:ident $k:tt) => {
        impl<$($all),*> Field<{ field_hash(stringify!($k)) }, $part> for ($($all,)*) {
            #[inline(always)]
            fn part(&self) -> &$part {
                &self.$k
            }
            #[inline(always)]
            fn part_mut(&mut self) -> &mut $part {
                &mut self.$k
            }
        }
    };
}
tuple_fields! {
    (A): A 0;
    (A, B): A 0 B 1;
    (A, B, C): A 0 B 1 C 2;
    (A, B, C, D): A 0 B 1 C 2 D 3;
    (A, B, C, D, E): A 0 B 1 C 2 D 3 E 4;
    (A, B, C, D, E, F): A 0 B 1 C 2 D 3 E 4 F 5;
}
