//! The error function and its complement.

use crate::differentiate;
use std::f64::consts::FRAC_2_SQRT_PI;

/// Error function, `erf(x) = 2/√π ∫₀ˣ exp(−t²) dt`; its derivative is `2/√π · exp(−x²)`.
///
/// ```
/// use autodiff_runtime::special::{erf, erf_grad};
///
/// assert_eq!(erf(0.0), 0.0);
/// assert_eq!(erf_grad(0.0), std::f64::consts::FRAC_2_SQRT_PI);
/// ```
#[differentiate(partials(x = FRAC_2_SQRT_PI * (-x * x).exp()))]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// Complementary error function, `1 − erf(x)` without its cancellation.
///
/// ```
/// use autodiff_runtime::special::{erfc, erfc_grad};
///
/// assert_eq!(erfc(0.0), 1.0);
/// assert!(erfc(20.0) > 0.0 && erfc_grad(20.0) < 0.0);
/// ```
#[differentiate(partials(x = -FRAC_2_SQRT_PI * (-x * x).exp()))]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}
