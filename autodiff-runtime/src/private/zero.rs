//! Zero tangents of the shape of a value.

use crate::Scalar;

/// A value whose tangents, over scalars `V`, have a zero.
#[diagnostic::on_unimplemented(
    message = "the macro cannot see through the type `{Self}`, and it is not `Differentiable`",
    label = "derivatives with respect to this are asked for",
    note = "put `#[derive(Differentiable)]` on it; or hold it constant: mark the parameter or the \
            field `#[constant]`, or name the active parameters by `#[differentiate(wrt(…))]`"
)]
pub trait ZeroLike<V> {
    /// What is left of a value when its numbers are gone: lengths.
    type Outline;
    /// The owned tangent: a slice gives a `Vec`, what has no derivative gives `()`.
    type Zero;

    /// The shape.
    fn outline(&self) -> Self::Outline;

    /// The zero of a shape.
    fn zero_of(outline: &Self::Outline) -> Self::Zero;

    /// The zero of the shape of `self`.
    #[inline]
    fn zero_like(&self) -> Self::Zero {
        Self::zero_of(&self.outline())
    }
}

/// The zero tangent of `value`.
#[inline]
pub fn zero_like<V, T: ZeroLike<V> + ?Sized>(value: &T) -> T::Zero {
    value.zero_like()
}

/// The shape of `value`.
#[inline]
pub fn outline<V, T: ZeroLike<V> + ?Sized>(value: &T) -> T::Outline {
    value.outline()
}

/// The zero tangent of a value of the shape `outline`.
#[inline]
pub fn zero_of<V, T: ZeroLike<V> + ?Sized>(outline: &T::Outline) -> T::Zero {
    T::zero_of(outline)
}

impl<V: Default, S: Scalar> ZeroLike<V> for S {
    type Outline = ();
    type Zero = V;
    #[inline]
    fn outline(&self) {}
    #[inline]
    fn zero_of(_: &()) -> V {
        V::default()
    }
}

macro_rules! no_tangent {
    ($($passive:ty)*) => {$(
        impl<V> ZeroLike<V> for $passive {
            type Outline = ();
            type Zero = ();
            #[inline]
            fn outline(&self) {}
            #[inline]
            fn zero_of(_: &()) {}
        }
    )*};
}
no_tangent!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize str String);

impl<V, T: ZeroLike<V>, const N: usize> ZeroLike<V> for [T; N] {
    type Outline = [T::Outline; N];
    type Zero = [T::Zero; N];

    #[inline]
    fn outline(&self) -> Self::Outline {
        std::array::from_fn(|k| self[k].outline())
    }

    #[inline]
    fn zero_of(outline: &Self::Outline) -> Self::Zero {
        std::array::from_fn(|k| T::zero_of(&outline[k]))
    }
}

impl<V, T: ZeroLike<V>> ZeroLike<V> for [T] {
    type Outline = Vec<T::Outline>;
    type Zero = Vec<T::Zero>;

    #[inline]
    fn outline(&self) -> Self::Outline {
        self.iter().map(T::outline).collect()
    }

    #[inline]
    fn zero_of(outline: &Self::Outline) -> Self::Zero {
        outline.iter().map(T::zero_of).collect()
    }

    #[inline]
    fn zero_like(&self) -> Self::Zero {
        self.iter().map(T::zero_like).collect()
    }
}

impl<V, T: ZeroLike<V>> ZeroLike<V> for Vec<T> {
    type Outline = Vec<T::Outline>;
    type Zero = Vec<T::Zero>;

    #[inline]
    fn outline(&self) -> Self::Outline {
        self.as_slice().outline()
    }

    #[inline]
    fn zero_of(outline: &Self::Outline) -> Self::Zero {
        <[T]>::zero_of(outline)
    }

    #[inline]
    fn zero_like(&self) -> Self::Zero {
        self.as_slice().zero_like()
    }
}

macro_rules! zero_of_tuples {
    ($($($part:ident $k:tt)*;)*) => {$(
        impl<V, $($part: ZeroLike<V>),*> ZeroLike<V> for ($($part,)*) {
            type Outline = ($($part::Outline,)*);
            type Zero = ($($part::Zero,)*);
            #[inline]
            fn outline(&self) -> Self::Outline {
                ($(self.$k.outline(),)*)
            }
            #[inline]
            fn zero_of(outline: &Self::Outline) -> Self::Zero {
                ($($part::zero_of(&outline.$k),)*)
            }
        }
    )*};
}
zero_of_tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}

/// Something to hold until the value is known, for functions that return from inside of a loop.
pub trait Placeholder {
    /// Any value: it is never looked at.
    fn placeholder() -> Self;
}

/// Any value of the type.
#[inline]
pub fn placeholder<T: Placeholder>() -> T {
    T::placeholder()
}

macro_rules! default_placeholder {
    ($($ty:ty)*) => {$(
        impl Placeholder for $ty {
            #[inline]
            fn placeholder() -> Self {
                Self::default()
            }
        }
    )*};
}
default_placeholder!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize String);

impl<S: Scalar> Placeholder for S {
    #[inline]
    fn placeholder() -> Self {
        S::default()
    }
}

impl<T: Placeholder, const N: usize> Placeholder for [T; N] {
    #[inline]
    fn placeholder() -> Self {
        std::array::from_fn(|_| T::placeholder())
    }
}

impl<T> Placeholder for Vec<T> {
    #[inline]
    fn placeholder() -> Self {
        Vec::new()
    }
}

macro_rules! placeholder_tuples {
    ($($($part:ident)*;)*) => {$(
        impl<$($part: Placeholder),*> Placeholder for ($($part,)*) {
            #[inline]
            fn placeholder() -> Self {
                ($($part::placeholder(),)*)
            }
        }
    )*};
}
placeholder_tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }
