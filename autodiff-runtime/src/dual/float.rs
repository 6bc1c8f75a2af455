//! `num_traits::Float`, for generic code that is written over it.

use std::num::FpCategory;

use num_traits::{Float, FloatConst, NumCast, ToPrimitive};

use super::Dual;
use crate::Scalar;

/// Constants of the float below.
macro_rules! constants {
    ($trait:ident: $($name:ident)*) => { $(
        fn $name() -> Self {
            Self::constant(<T as $trait>::$name())
        }
    )* };
}

/// Questions that the value answers.
macro_rules! by_value {
    ($($name:ident -> $answer:ty;)*) => { $(
        fn $name(self) -> $answer {
            Float::$name(self.value)
        }
    )* };
}

impl<T: Scalar + NumCast> NumCast for Dual<T> {
    fn from<N: ToPrimitive>(number: N) -> Option<Self> {
        T::from(number).map(Self::constant)
    }
}

impl<T: Scalar + Float> Float for Dual<T> {
    constants!(Float: nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon);

    by_value! {
        is_nan -> bool;
        is_infinite -> bool;
        is_finite -> bool;
        is_normal -> bool;
        classify -> FpCategory;
        is_sign_positive -> bool;
        is_sign_negative -> bool;
        integer_decode -> (u64, i16, i8);
    }

    by_rule! {
        floor()
        ceil()
        round()
        trunc()
        fract()
        abs()
        signum()
        recip()
        mul_add(a: Self, b: Self)
        powi(exponent: i32)
        powf(exponent: Self)
        sqrt()
        cbrt()
        hypot(other: Self)
        exp()
        exp2()
        exp_m1()
        ln()
        ln_1p()
        log(base: Self)
        log2()
        log10()
        max(other: Self)
        min(other: Self)
        copysign(sign: Self)
        to_degrees()
        to_radians()
        sin()
        cos()
        tan()
        asin()
        acos()
        atan()
        atan2(other: Self)
        sinh()
        cosh()
        tanh()
        asinh()
        acosh()
        atanh()
    }

    fn abs_sub(self, other: Self) -> Self {
        num_traits::Signed::abs_sub(&self, &other)
    }

    fn sin_cos(self) -> (Self, Self) {
        Scalar::sin_cos(self)
    }
}

impl<T: Scalar + FloatConst> FloatConst for Dual<T> {
    constants!(FloatConst:
        E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6
        FRAC_PI_8 LN_10 LN_2 LOG10_E LOG2_E PI SQRT_2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generic_code_over_float_differentiates() {
        fn softplus<F: Float>(x: F) -> F {
            x.max(F::zero()) + (-x.abs()).exp().ln_1p()
        }
        // softplus' is the logistic function
        for x in [-2.0, 0.5, 3.0_f64] {
            let slope = softplus(Dual::variable(x)).tangent;
            assert!((slope - 1.0 / (1.0 + (-x).exp())).abs() < 1e-15);
        }
    }

    #[test]
    fn constants_do_not_move() {
        let pi = <Dual as FloatConst>::PI();
        assert_eq!((pi.value, pi.tangent), (std::f64::consts::PI, 0.0));
        assert_eq!(<Dual as Float>::epsilon().value, f64::EPSILON);
        assert!(Float::is_nan(<Dual as Float>::nan()));
        let two = <Dual as NumCast>::from(2_u8).unwrap();
        assert_eq!((two.value, two.tangent), (2.0, 0.0));
    }
}
