//! The precisions the learning half computes in.

use nalgebra::RealField;
use serde::Serialize;
use serde::de::DeserializeOwned;

mod sealed {
    pub trait Sealed: crate::robust::kernel::Lanes + crate::nn::Stored {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A machine precision that networks and aggregators compute in: `f32` or `f64`.
///
/// The trait is sealed: loops are written for plain machine numbers, whose comparisons are branch-free and whose
/// lanes the compiler can vectorise. To differentiate *through* generic code use the crate's differentiation scalars.
///
/// ```
/// use autodiff_runtime::nn::Real;
///
/// fn half<T: Real>(x: T) -> T {
///     x * T::of(0.5)
/// }
/// assert_eq!(half(3.0_f32), 1.5);
/// ```
pub trait Real: RealField + Copy + Default + Serialize + DeserializeOwned + sealed::Sealed {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The least positive number of full precision.
    const MIN_POSITIVE: Self;
    /// +∞.
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;

    /// The number of this precision nearest to `x`.
    fn of(x: f64) -> Self;

    /// The same number in double precision.
    fn as_f64(self) -> f64;

    /// The error function, erf x = 2/√π ∫₀ˣ exp(−t²) dt.
    fn erf(self) -> Self;

    /// The number nearest to the integer `n`.
    fn of_count(n: usize) -> Self {
        Self::of(n as f64)
    }
}

macro_rules! machine_precision {
    ($t:ident, $erf:path) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $t::EPSILON;
            const MIN_POSITIVE: Self = $t::MIN_POSITIVE;
            const INFINITY: Self = $t::INFINITY;
            const NAN: Self = $t::NAN;

            #[inline]
            fn of(x: f64) -> Self {
                x as $t
            }

            #[inline]
            fn as_f64(self) -> f64 {
                f64::from(self)
            }

            fn erf(self) -> Self {
                $erf(self)
            }
        }
    };
}

machine_precision!(f32, libm::erff);
machine_precision!(f64, libm::erf);
