//! `nalgebra::RealField`, by which matrices of duals can be factored, inverted and solved with.
//!
//! Constants have tangent 0, and every question asked of a dual is answered by its value. Hence the
//! algorithms of `nalgebra` pivot, iterate and stop on duals as they do on floats, and the tangents
//! of their results are derivatives as long as the algorithm itself is differentiable there.

use nalgebra::{ComplexField, Field, RealField, SimdValue};
use simba::scalar::SubsetOf;
use std::f64::consts;

use super::Dual;
use crate::Scalar;

macro_rules! constants {
    ($($name:ident $value:expr;)*) => { $(
        fn $name() -> Self {
            <Self as Scalar>::from_f64($value)
        }
    )* };
}

impl<T: Scalar + RealField> RealField for Dual<T> {
    by_rule! {
        copysign(sign: Self)
        max(other: Self)
        min(other: Self)
        clamp(low: Self, high: Self)
        atan2(other: Self)
    }

    fn is_sign_positive(&self) -> bool {
        Scalar::is_sign_positive(*self)
    }

    fn is_sign_negative(&self) -> bool {
        Scalar::is_sign_negative(*self)
    }

    fn min_value() -> Option<Self> {
        T::min_value().map(Self::constant)
    }

    fn max_value() -> Option<Self> {
        T::max_value().map(Self::constant)
    }

    constants! {
        pi consts::PI;
        two_pi consts::TAU;
        frac_pi_2 consts::FRAC_PI_2;
        frac_pi_3 consts::FRAC_PI_3;
        frac_pi_4 consts::FRAC_PI_4;
        frac_pi_6 consts::FRAC_PI_6;
        frac_pi_8 consts::FRAC_PI_8;
        frac_1_pi consts::FRAC_1_PI;
        frac_2_pi consts::FRAC_2_PI;
        frac_2_sqrt_pi consts::FRAC_2_SQRT_PI;
        e consts::E;
        log2_e consts::LOG2_E;
        log10_e consts::LOG10_E;
        ln_2 consts::LN_2;
        ln_10 consts::LN_10;
    }
}

impl<T: Scalar + RealField> ComplexField for Dual<T> {
    type RealField = Self;

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
        hypot(other: Self)
        sqrt()
        cbrt()
        exp()
        exp2()
        exp_m1()
        ln()
        ln_1p()
        log2()
        log10()
        log(base: Self)
        powi(exponent: i32)
        powf(exponent: Self)
        sin()
        cos()
        tan()
        asin()
        acos()
        atan()
        sinh()
        cosh()
        tanh()
        asinh()
        acosh()
        atanh()
    }

    fn from_real(real: Self) -> Self {
        real
    }

    fn real(self) -> Self {
        self
    }

    fn imaginary(self) -> Self {
        <Self as Scalar>::zero()
    }

    fn modulus(self) -> Self {
        Dual::abs(self)
    }

    fn modulus_squared(self) -> Self {
        self * self
    }

    fn argument(self) -> Self {
        match self >= <Self as Scalar>::zero() {
            true => <Self as Scalar>::zero(),
            false => Self::pi(),
        }
    }

    fn norm1(self) -> Self {
        Dual::abs(self)
    }

    fn to_exp(self) -> (Self, Self) {
        let sign = match self >= <Self as Scalar>::zero() {
            true => <Self as Scalar>::one(),
            false => -<Self as Scalar>::one(),
        };
        (self * sign, sign)
    }

    fn scale(self, factor: Self) -> Self {
        self * factor
    }

    fn unscale(self, factor: Self) -> Self {
        self / factor
    }

    fn conjugate(self) -> Self {
        self
    }

    fn sin_cos(self) -> (Self, Self) {
        Scalar::sin_cos(self)
    }

    fn powc(self, exponent: Self) -> Self {
        Dual::powf(self, exponent)
    }

    fn is_finite(&self) -> bool {
        Scalar::is_finite(*self)
    }

    fn try_sqrt(self) -> Option<Self> {
        (self >= <Self as Scalar>::zero()).then(|| Dual::sqrt(self))
    }
}

impl<T: Scalar + RealField> Field for Dual<T> {}

/// One lane.
// The trait asks for unsafe methods; these ignore the lane and are safe.
#[allow(unsafe_code)]
impl<T: Scalar + RealField> SimdValue for Dual<T> {
    const LANES: usize = 1;
    type Element = Self;
    type SimdBool = bool;

    #[inline]
    fn splat(value: Self) -> Self {
        value
    }

    #[inline]
    fn extract(&self, _: usize) -> Self {
        *self
    }

    #[inline]
    unsafe fn extract_unchecked(&self, _: usize) -> Self {
        *self
    }

    #[inline]
    fn replace(&mut self, _: usize, value: Self) {
        *self = value;
    }

    #[inline]
    unsafe fn replace_unchecked(&mut self, _: usize, value: Self) {
        *self = value;
    }

    #[inline]
    fn select(self, condition: bool, other: Self) -> Self {
        if condition { self } else { other }
    }
}

impl<T: Scalar + RealField> SubsetOf<Self> for Dual<T> {
    fn to_superset(&self) -> Self {
        *self
    }

    fn from_superset_unchecked(element: &Self) -> Self {
        *element
    }

    fn is_in_subset(_: &Self) -> bool {
        true
    }
}

/// Floats are the duals with tangent 0.
macro_rules! float_is_subset {
    ($float:ident) => {
        impl<T: Scalar + RealField> SubsetOf<Dual<T>> for $float {
            fn to_superset(&self) -> Dual<T> {
                <Dual<T> as Scalar>::from_f64(f64::from(*self))
            }

            fn from_superset_unchecked(element: &Dual<T>) -> Self {
                Scalar::to_f64(*element) as $float
            }

            fn is_in_subset(element: &Dual<T>) -> bool {
                element.tangent.is_all_zero()
            }
        }
    };
}

float_is_subset!(f32);
float_is_subset!(f64);

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, DVector, Matrix2, Rotation3, SymmetricEigen, Vector3};

    fn matrix(t: Dual) -> DMatrix<Dual> {
        let one = Dual::constant(1.0);
        DMatrix::from_row_slice(2, 2, &[t, one, one, t * t])
    }

    #[test]
    fn determinant_and_inverse_have_derivatives() {
        // det = t³ - 1
        let det = matrix(Dual::variable(2.0)).determinant();
        assert!((det.value - 7.0).abs() < 1e-14 && (det.tangent - 12.0).abs() < 1e-13);
        // The upper left entry of the inverse is t² / (t³ - 1), its slope (-t⁴ - 2t) / (t³ - 1)².
        let inverse = matrix(Dual::variable(2.0)).try_inverse().unwrap();
        assert!((inverse[(0, 0)].tangent + 20.0 / 49.0).abs() < 1e-14);
    }

    #[test]
    fn solutions_move_with_the_matrix() {
        // A x = b, x' = -A⁻¹ A' x
        let t = Dual::variable(2.0);
        let b = DVector::from_vec(vec![Dual::constant(3.0), Dual::constant(-1.0)]);
        let x = matrix(t).lu().solve(&b).unwrap();
        let a = matrix(t).map(|entry| entry.value);
        let a_dot = matrix(t).map(|entry| entry.tangent);
        let expected = -(a.try_inverse().unwrap() * a_dot * x.map(|entry| entry.value));
        assert!((x.map(|entry| entry.tangent) - expected).amax() < 1e-14);
    }

    #[test]
    fn eigenvalues_move_with_the_matrix() {
        // The eigenvalues of ((t, 1), (1, t)) are t ± 1.
        let (t, one): (Dual, Dual) = (Dual::variable(5.0), Dual::constant(1.0));
        let eigen = SymmetricEigen::new(Matrix2::new(t, one, one, t));
        let mut values: Vec<_> = eigen
            .eigenvalues
            .iter()
            .map(|x| (x.value, x.tangent))
            .collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (found, expected) in values.iter().zip([4.0, 6.0]) {
            assert!((found.0 - expected).abs() < 1e-13 && (found.1 - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn rotations_turn_with_the_angle() {
        let turn = Rotation3::from_axis_angle(&Vector3::z_axis(), Dual::variable(0.3));
        let turned = turn
            * Vector3::new(
                Dual::constant(1.0),
                Dual::constant(0.0),
                Dual::constant(0.0),
            );
        let (sin, cos) = 0.3_f64.sin_cos();
        assert!((turned.x.tangent + sin).abs() < 1e-15 && (turned.y.tangent - cos).abs() < 1e-15);
    }

    #[test]
    fn second_derivatives_go_through_nalgebra_too() {
        // |(t, 1)|'' = (t² + 1)^(-3/2)
        let t = Dual::new(Dual::variable(0.75), Dual::constant(1.0));
        let norm = DVector::from_vec(vec![t, Scalar::one()]).norm();
        assert!((norm.tangent.tangent - 1.25_f64.powi(-3)).abs() < 1e-15);
    }

    #[test]
    fn floats_are_duals_without_tangent() {
        let x: Dual = nalgebra::convert(2.5);
        assert_eq!((x.value, x.tangent), (2.5, 0.0));
        assert_eq!(nalgebra::try_convert::<Dual, f64>(x), Some(2.5));
        assert_eq!(
            nalgebra::try_convert::<Dual, f64>(Dual::variable(1.0)),
            None
        );
    }
}
