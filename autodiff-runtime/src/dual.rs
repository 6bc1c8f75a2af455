//! Dual numbers: a value and its tangent.

use std::cmp::Ordering;
use std::fmt;

use autodiff_macros::with_rules;

use crate::Scalar;
use crate::scalar::{inherent_methods, left_operators, scalar_methods, scalar_operators};

/// Methods of a foreign trait, each a call of the inherent method of the same name.
macro_rules! by_rule {
    ($($name:ident($($arg:ident: $ty:ty),*))*) => { $(
        #[inline]
        fn $name(self $(, $arg: $ty)*) -> Self {
            Dual::$name(self $(, $arg)*)
        }
    )* };
}

mod approximate;
mod float;
mod numbers;
mod real_field;
mod rules;

/// A value and its tangent, `value + tangent·ε` with `ε² = 0`.
///
/// Arithmetic on duals is forward-mode differentiation: the tangent of a result is the derivative
/// along whatever direction the tangents of the inputs hold. Duals nest; `Dual<Dual<f64>>` carries
/// second derivatives. Comparisons see the value alone.
///
/// Besides [`Scalar`] duals implement `num_traits::Float` and [`nalgebra::RealField`], so that generic
/// numerical code differentiates: a matrix of duals can be inverted or decomposed.
///
/// ```
/// use autodiff_runtime::Dual;
///
/// let x1 = Dual::new(1.5, 1.0);
/// let x2 = Dual::new(3.0, 0.0);
/// let y = x1.powi(3) / x2 + (x1 * x2).sin();
/// let partial = 1.5_f64.powi(2) + 3.0 * 4.5_f64.cos();
/// assert!((y.tangent - partial).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Dual<T = f64> {
    /// The value.
    pub value: T,
    /// The derivative along the chosen direction.
    pub tangent: T,
}

impl<T: Scalar> Dual<T> {
    /// A value with a tangent.
    #[inline]
    pub const fn new(value: T, tangent: T) -> Self {
        Self { value, tangent }
    }

    /// The variable to differentiate by: tangent 1.
    #[inline]
    pub fn variable(value: T) -> Self {
        Self::new(value, T::one())
    }

    /// A constant: tangent 0.
    #[inline]
    pub fn constant(value: T) -> Self {
        Self::new(value, T::zero())
    }

    /// Value and derivative of a function of one variable.
    ///
    /// ```
    /// use autodiff_runtime::Dual;
    ///
    /// let (value, slope) = Dual::derivative(|x| x * x, 3.0);
    /// assert_eq!((value, slope), (9.0, 6.0));
    /// ```
    pub fn derivative(function: impl FnOnce(Self) -> Self, at: T) -> (T, T) {
        let Self { value, tangent } = function(Self::variable(at));
        (value, tangent)
    }

    with_rules!(inherent_methods, rules);
}

impl<T: Scalar> Scalar for Dual<T> {
    type Base = T::Base;

    #[inline]
    fn from_f64(value: f64) -> Self {
        Self::constant(T::from_f64(value))
    }

    #[inline]
    fn from_base(value: T::Base) -> Self {
        Self::constant(T::from_base(value))
    }

    #[inline]
    fn base(self) -> T::Base {
        self.value.base()
    }

    #[inline]
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }

    #[inline]
    fn is_all_zero(self) -> bool {
        self.value.is_all_zero() && self.tangent.is_all_zero()
    }

    with_rules!(scalar_methods);
}

scalar_operators!([T: Scalar] Dual<T>, constant T, rules);
left_operators!([] f32, Dual<f32>);
left_operators!([] f64, Dual<f64>);

impl<T: Scalar> From<T> for Dual<T> {
    fn from(value: T) -> Self {
        Self::constant(value)
    }
}

impl<T: Scalar> PartialEq for Dual<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Scalar> PartialOrd for Dual<T> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Scalar> fmt::Display for Dual<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)?;
        f.write_str(" + (")?;
        fmt::Display::fmt(&self.tangent, f)?;
        f.write_str(")ε")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_duals_carry_second_derivatives() {
        // (x³)'' = 6x
        let x = Dual::new(Dual::variable(2.0), Dual::constant(1.0));
        let y = x * x * x;
        assert_eq!(y.tangent.tangent, 12.0);
        assert_eq!(x.powi(3).tangent.tangent, 12.0);
    }

    #[test]
    fn comparisons_see_the_value_alone() {
        assert_eq!(Dual::new(1.0, 2.0), Dual::new(1.0, 5.0));
        assert!(Dual::new(1.0, 9.0) < Dual::new(2.0, 0.0));
    }

    #[test]
    fn a_constant_stays_one_at_an_infinite_slope() {
        assert_eq!(Dual::constant(0.0).sqrt().tangent, 0.0);
        assert_eq!(Dual::variable(0.0).sqrt().tangent, f64::INFINITY);
        let power = Dual::variable(-1.5).powf(Dual::constant(2.0));
        assert_eq!(power.tangent, -3.0);
    }

    #[test]
    fn plain_floats_mix_in_on_the_right() {
        let y = Dual::variable(3.0) * 2.0 + 1.0;
        assert_eq!((y.value, y.tangent), (7.0, 2.0));
        let sum: Dual = [Dual::variable(1.0), Dual::variable(2.0)].iter().sum();
        assert_eq!((sum.value, sum.tangent), (3.0, 2.0));
    }

    #[test]
    fn prints_value_and_tangent() {
        assert_eq!(format!("{:.2}", Dual::new(1.5, -2.0)), "1.50 + (-2.00)ε");
    }
}
