//! The traits of `num_traits`.

use num_traits::{FromPrimitive, Num, One, ToPrimitive, Zero};

use super::Dual;
use crate::Scalar;

/// `is_zero` sees the value alone, like `==`.
impl<T: Scalar> Zero for Dual<T> {
    fn zero() -> Self {
        <Self as Scalar>::zero()
    }

    fn is_zero(&self) -> bool {
        self.value == T::zero()
    }
}

impl<T: Scalar> One for Dual<T> {
    fn one() -> Self {
        <Self as Scalar>::one()
    }
}

/// Numbers in text are constants.
impl<T: Scalar + Num> Num for Dual<T> {
    type FromStrRadixErr = T::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        T::from_str_radix(text, radix).map(Self::constant)
    }
}

impl<T: Scalar> num_traits::Signed for Dual<T>
where
    Self: Num,
{
    fn abs(&self) -> Self {
        Self::abs(*self)
    }

    fn abs_sub(&self, other: &Self) -> Self {
        if *self <= *other {
            <Self as Scalar>::zero()
        } else {
            *self - *other
        }
    }

    fn signum(&self) -> Self {
        Self::signum(*self)
    }

    fn is_positive(&self) -> bool {
        self.value.is_sign_positive()
    }

    fn is_negative(&self) -> bool {
        self.value.is_sign_negative()
    }
}

impl<T: Scalar> FromPrimitive for Dual<T> {
    fn from_i64(number: i64) -> Option<Self> {
        <f64 as FromPrimitive>::from_i64(number).map(<Self as Scalar>::from_f64)
    }

    fn from_u64(number: u64) -> Option<Self> {
        <f64 as FromPrimitive>::from_u64(number).map(<Self as Scalar>::from_f64)
    }

    fn from_f64(number: f64) -> Option<Self> {
        Some(<Self as Scalar>::from_f64(number))
    }
}

/// The value; the tangent is lost.
impl<T: Scalar> ToPrimitive for Dual<T> {
    fn to_i64(&self) -> Option<i64> {
        ToPrimitive::to_i64(&self.value.to_f64())
    }

    fn to_u64(&self) -> Option<u64> {
        ToPrimitive::to_u64(&self.value.to_f64())
    }

    fn to_f64(&self) -> Option<f64> {
        Some(self.value.to_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::{Signed, pow};

    #[test]
    fn generic_code_over_num_differentiates() {
        // pow multiplies repeatedly: (x⁵)' = 5x⁴
        let y = pow(Dual::variable(2.0), 5);
        assert_eq!((y.value, y.tangent), (32.0, 80.0));
        assert_eq!(Signed::abs(&Dual::variable(-2.0)).tangent, -1.0);
    }

    #[test]
    fn conversions_keep_the_value() {
        let x = Dual::<f64>::from_str_radix("2.5", 10).unwrap();
        assert_eq!((x.value, x.tangent), (2.5, 0.0));
        assert_eq!(ToPrimitive::to_i64(&Dual::variable(2.75)), Some(2));
        let three = <Dual as FromPrimitive>::from_i64(3).unwrap();
        assert_eq!(ToPrimitive::to_f64(&three), Some(3.0));
    }
}
