//! The traits of `approx`. Like `==` they see the value alone, so that code which asks whether two
//! numbers are close takes the branch that it takes on floats. A test compares tangents by name.

use approx::{AbsDiffEq, RelativeEq, UlpsEq};

use super::Dual;
use crate::Scalar;

impl<T: Scalar + AbsDiffEq<Epsilon = T>> AbsDiffEq for Dual<T> {
    type Epsilon = Self;

    fn default_epsilon() -> Self {
        Self::constant(T::default_epsilon())
    }

    fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
        self.value.abs_diff_eq(&other.value, epsilon.value)
    }
}

impl<T: Scalar + RelativeEq<Epsilon = T>> RelativeEq for Dual<T> {
    fn default_max_relative() -> Self {
        Self::constant(T::default_max_relative())
    }

    fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
        self.value
            .relative_eq(&other.value, epsilon.value, max_relative.value)
    }
}

impl<T: Scalar + UlpsEq<Epsilon = T>> UlpsEq for Dual<T> {
    fn default_max_ulps() -> u32 {
        T::default_max_ulps()
    }

    fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
        self.value.ulps_eq(&other.value, epsilon.value, max_ulps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::{assert_abs_diff_eq, assert_abs_diff_ne, assert_relative_eq, assert_ulps_eq};

    #[test]
    fn values_decide() {
        let x = Dual::new(1.0, 2.0);
        assert_abs_diff_eq!(x, Dual::new(1.0 + 1e-17, 7.0));
        assert_relative_eq!(
            x,
            Dual::new(1.001, 2.0),
            max_relative = Dual::constant(1e-2)
        );
        assert_ulps_eq!(x, Dual::new(1.0_f64.next_up(), 2.0));
        assert_abs_diff_ne!(x, Dual::new(1.5, 2.0));
    }
}
