//! Dual numbers with several tangents: one pass gives a whole gradient.

use std::array;
use std::cmp::Ordering;
use std::fmt;

use autodiff_macros::with_rules;

use crate::Scalar;
use crate::scalar::{inherent_methods, left_operators, scalar_methods, scalar_operators};

mod rules;

/// A value and its tangents along `N` directions.
///
/// One pass computes what `N` passes with [`Dual`](crate::Dual) would, and evaluates each partial
/// once. For a function of few variables this is the cheapest gradient: nothing is recorded.
/// Comparisons see the value alone.
///
/// ```
/// use autodiff_runtime::DualVec;
///
/// let (value, gradient) = DualVec::gradient(|[x1, x2]| x1 * x1 / x2, [3.0, 2.0]);
/// assert_eq!(value, 4.5);
/// assert_eq!(gradient, [3.0, -2.25]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DualVec<T, const N: usize> {
    /// The value.
    pub value: T,
    /// The derivatives along the `N` directions.
    pub tangents: [T; N],
}

impl<T: Scalar, const N: usize> DualVec<T, N> {
    /// A value with its tangents.
    #[inline]
    pub const fn new(value: T, tangents: [T; N]) -> Self {
        Self { value, tangents }
    }

    /// A constant: all tangents 0.
    #[inline]
    pub fn constant(value: T) -> Self {
        Self::new(value, [T::zero(); N])
    }

    /// All variables of a function: the tangents of the i-th are the i-th unit vector.
    ///
    /// ```
    /// use autodiff_runtime::DualVec;
    ///
    /// let [a, b] = DualVec::variables([2.0, 5.0]);
    /// assert_eq!((a * b).tangents, [5.0, 2.0]);
    /// ```
    #[inline]
    pub fn variables(values: [T; N]) -> [Self; N] {
        array::from_fn(|i| {
            let unit = array::from_fn(|lane| if lane == i { T::one() } else { T::zero() });
            Self::new(values[i], unit)
        })
    }

    /// Value and gradient of a function of `N` variables.
    pub fn gradient(function: impl FnOnce([Self; N]) -> Self, at: [T; N]) -> (T, [T; N]) {
        let Self { value, tangents } = function(Self::variables(at));
        (value, tangents)
    }

    /// Value and Jacobian of a function of `N` variables with `M` results: a row for each result.
    ///
    /// ```
    /// use autodiff_runtime::DualVec;
    ///
    /// let polar = |[r, t]: [DualVec<f64, 2>; 2]| [r * t.cos(), r * t.sin()];
    /// let (values, rows) = DualVec::jacobian(polar, [2.0, 0.0]);
    /// assert_eq!(values, [2.0, 0.0]);
    /// assert_eq!(rows, [[1.0, 0.0], [0.0, 2.0]]);
    /// ```
    pub fn jacobian<const M: usize>(
        function: impl FnOnce([Self; N]) -> [Self; M],
        at: [T; N],
    ) -> ([T; M], [[T; N]; M]) {
        let results = function(Self::variables(at));
        (results.map(|y| y.value), results.map(|y| y.tangents))
    }

    with_rules!(inherent_methods, rules);
}

impl<T: Scalar, const N: usize> Scalar for DualVec<T, N> {
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
        self.value.is_all_zero() && self.tangents.into_iter().all(T::is_all_zero)
    }

    with_rules!(scalar_methods);
}

scalar_operators!([T: Scalar, const N: usize] DualVec<T, N>, constant T, rules);
left_operators!([const N: usize] f32, DualVec<f32, N>);
left_operators!([const N: usize] f64, DualVec<f64, N>);

impl<T: Scalar, const N: usize> From<T> for DualVec<T, N> {
    fn from(value: T) -> Self {
        Self::constant(value)
    }
}

impl<T: Scalar, const N: usize> Default for DualVec<T, N> {
    fn default() -> Self {
        Self::constant(T::default())
    }
}

impl<T: Scalar, const N: usize> PartialEq for DualVec<T, N> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Scalar, const N: usize> PartialOrd for DualVec<T, N> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Scalar, const N: usize> fmt::Display for DualVec<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)?;
        f.write_str(" + [")?;
        for (lane, tangent) in self.tangents.iter().enumerate() {
            f.write_str(if lane == 0 { "" } else { ", " })?;
            fmt::Display::fmt(tangent, f)?;
        }
        f.write_str("]ε")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    #[test]
    fn lanes_agree_with_single_duals() {
        fn f<T: Scalar>(x: T, y: T) -> T {
            x.hypot(y) * (x * y).tanh() - x.powf(y)
        }
        let (value, gradient) = DualVec::gradient(|[x, y]| f(x, y), [1.25, 0.75]);
        let by_x = f(Dual::variable(1.25), Dual::constant(0.75));
        let by_y = f(Dual::constant(1.25), Dual::variable(0.75));
        assert_eq!(value, by_x.value);
        assert_eq!(gradient, [by_x.tangent, by_y.tangent]);
    }

    #[test]
    fn a_constant_moves_along_no_direction() {
        let root = DualVec::<f64, 3>::constant(0.0).sqrt();
        assert_eq!(root.tangents, [0.0; 3]);
    }

    #[test]
    fn prints_value_and_tangents() {
        let x = DualVec::new(1.5, [1.0, 0.0]);
        assert_eq!(format!("{x:.1}"), "1.5 + [1.0, 0.0]ε");
    }
}
