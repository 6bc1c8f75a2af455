//! The traits of `approx`. Close duals agree in value and tangent.

use approx::{AbsDiffEq, RelativeEq, UlpsEq};

use super::Dual;
use crate::Scalar;

impl<T: Scalar + AbsDiffEq<Epsilon: Copy>> AbsDiffEq for Dual<T> {
    type Epsilon = T::Epsilon;

    fn default_epsilon() -> Self::Epsilon {
        T::default_epsilon()
    }

    fn abs_diff_eq(&self, other: &Self, epsilon: Self::Epsilon) -> bool {
        self.value.abs_diff_eq(&other.value, epsilon)
            && self.tangent.abs_diff_eq(&other.tangent, epsilon)
    }
}

impl<T: Scalar + RelativeEq<Epsilon: Copy>> RelativeEq for Dual<T> {
    fn default_max_relative() -> Self::Epsilon {
        T::default_max_relative()
    }

    fn relative_eq(
        &self,
        other: &Self,
        epsilon: Self::Epsilon,
        max_relative: Self::Epsilon,
    ) -> bool {
        self.value.relative_eq(&other.value, epsilon, max_relative)
            && self
                .tangent
                .relative_eq(&other.tangent, epsilon, max_relative)
    }
}

impl<T: Scalar + UlpsEq<Epsilon: Copy>> UlpsEq for Dual<T> {
    fn default_max_ulps() -> u32 {
        T::default_max_ulps()
    }

    fn ulps_eq(&self, other: &Self, epsilon: Self::Epsilon, max_ulps: u32) -> bool {
        self.value.ulps_eq(&other.value, epsilon, max_ulps)
            && self.tangent.ulps_eq(&other.tangent, epsilon, max_ulps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::{assert_abs_diff_eq, assert_relative_eq, assert_ulps_eq};

    #[test]
    fn close_means_close_in_value_and_tangent() {
        let x = Dual::new(1.0, 2.0);
        assert_abs_diff_eq!(x, Dual::new(1.0 + 1e-17, 2.0));
        assert_relative_eq!(x, Dual::new(1.001, 2.001), max_relative = 1e-2);
        assert_ulps_eq!(x, Dual::new(1.0, 2.0_f64.next_up()));
        assert!(!x.abs_diff_eq(&Dual::new(1.0, 3.0), 0.5));
    }
}
