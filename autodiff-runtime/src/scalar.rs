//! The numbers one can differentiate over.

use std::fmt::{Debug, Display};
use std::iter::{Product, Sum};
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

use autodiff_macros::with_rules;

mod operators;

pub(crate) use operators::{
    binary_operator, fold_operator, inherent_methods, left_operators, scalar_methods,
    scalar_operators,
};

macro_rules! declare_scalar {
    (() operators { $($operators:tt)* } methods { $(
        $name:ident {
            doc $doc:literal;
            kink $kink:literal;
            arguments($x:ident; $($arg:ident),*; $($int:ident: $ty:ident),*);
            value $y:ident = $value:expr;
            partials $partials:tt;
            tangent $tangent:expr;
        }
    )* }) => {
        /// A number one can differentiate over: `f32`, `f64`, [`Dual`](crate::Dual),
        /// [`DualVec`](crate::DualVec), [`Var`](crate::Var), and duals of these.
        ///
        /// The trait brings the operators and every float method of `std` that has a derivative, so
        /// that generic code needs no other bound. Constants enter by [`from_f64`](Scalar::from_f64).
        /// Comparisons see the plain value alone: a generic function takes the branch that it takes
        /// on `f64`.
        ///
        /// ```
        /// use autodiff_runtime::{Dual, Scalar};
        ///
        /// fn logistic<T: Scalar>(x: T) -> T {
        ///     T::one() / (T::one() + (-x).exp())
        /// }
        ///
        /// assert_eq!(logistic(0.0_f32), 0.5);
        /// let y = logistic(Dual::variable(0.0));
        /// assert_eq!((y.value, y.tangent), (0.5, 0.25));
        /// ```
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is neither a number nor `Differentiable`",
            label = "derivatives with respect to this are asked for",
            note = "put `#[derive(Differentiable)]` on it; or hold it constant: mark the parameter \
                    or the field `#[constant]`, or name the active parameters by \
                    `#[differentiate(wrt(…))]`"
        )]
        pub trait Scalar:
            Copy
            + Debug
            + Display
            + Default
            + PartialEq
            + PartialOrd
            + Neg<Output = Self>
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Rem<Output = Self>
            + AddAssign
            + SubAssign
            + MulAssign
            + DivAssign
            + RemAssign
            + Sum
            + Product
        {
            /// The plain float below: `f32` or `f64`.
            type Base: Scalar<Base = Self::Base>;

            /// A constant, rounded to the plain float.
            fn from_f64(value: f64) -> Self;

            /// A constant.
            fn from_base(value: Self::Base) -> Self;

            /// The plain value, without any tangent.
            fn base(self) -> Self::Base;

            /// The plain value as `f64`, without any tangent.
            fn to_f64(self) -> f64;

            /// Whether value and tangents are all zero. `x == T::zero()` sees the value alone.
            fn is_all_zero(self) -> bool;

            /// The constant 0.
            fn zero() -> Self {
                Self::from_f64(0.0)
            }

            /// The constant 1.
            fn one() -> Self {
                Self::from_f64(1.0)
            }

            /// Whether the plain value is not a number.
            fn is_nan(self) -> bool {
                self.to_f64().is_nan()
            }

            /// Whether the plain value is neither infinite nor NaN.
            fn is_finite(self) -> bool {
                self.to_f64().is_finite()
            }

            /// Whether the plain value is infinite.
            fn is_infinite(self) -> bool {
                self.to_f64().is_infinite()
            }

            /// Whether the plain value has a positive sign, `+0.0` included.
            fn is_sign_positive(self) -> bool {
                self.to_f64().is_sign_positive()
            }

            /// Whether the plain value has a negative sign, `-0.0` included.
            fn is_sign_negative(self) -> bool {
                self.to_f64().is_sign_negative()
            }

            /// The total order of the plain values, as [`f64::total_cmp`].
            fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.to_f64().total_cmp(&other.to_f64())
            }

            /// Sine and cosine.
            fn sin_cos(self) -> (Self, Self) {
                (self.sin(), self.cos())
            }

            $(
                #[doc = $doc]
                fn $name(self $(, $arg: Self)* $(, $int: $ty)*) -> Self;
            )*
        }
    };
}

with_rules!(declare_scalar);

macro_rules! plain_scalar {
    ($float:ident) => {
        impl Scalar for $float {
            type Base = $float;

            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline]
            fn from_base(value: Self) -> Self {
                value
            }

            #[inline]
            fn base(self) -> Self {
                self
            }

            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline]
            fn is_all_zero(self) -> bool {
                self == 0.0
            }

            with_rules!(scalar_methods);
        }
    };
}

plain_scalar!(f32);
plain_scalar!(f64);

/// A partial times a tangent, for the operators, whose partials are finite on finite numbers.
#[inline]
pub(crate) fn product<T: Scalar>(partial: T, tangent: T) -> T {
    partial * tangent
}

/// A partial times a tangent, for the methods. What does not move contributes nothing, even where
/// the slope is infinite: `T::zero().sqrt()` is a constant.
#[inline]
pub(crate) fn scale<T: Scalar>(partial: T, tangent: T) -> T {
    match tangent.is_all_zero() {
        true => T::zero(),
        false => partial * tangent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_tangent_stays_zero_at_an_infinite_slope() {
        assert_eq!(scale(f64::INFINITY, 0.0), 0.0);
        assert_eq!(scale(3.0, 2.0), 6.0);
        assert!(scale(f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn constants_round_to_the_float() {
        assert_eq!(<f32 as Scalar>::from_f64(0.1), 0.1_f32);
        assert_eq!(Scalar::to_f64(0.5_f32), 0.5);
        assert_eq!(Scalar::base(2.5_f32), 2.5_f32);
    }
}
