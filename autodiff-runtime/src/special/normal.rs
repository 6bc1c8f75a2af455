//! The normal distribution.

use crate::differentiate;
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// `1/√(2π)`.
const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

/// Density of the standard normal distribution, `φ(x) = exp(−x²/2) / √(2π)`.
///
/// ```
/// use autodiff_runtime::special::{normal_pdf, normal_pdf_grad};
///
/// assert_eq!(normal_pdf_grad(2.0), -2.0 * normal_pdf(2.0));
/// ```
#[differentiate(partials(x = -x * result))]
pub fn normal_pdf(x: f64) -> f64 {
    DENSITY_AT_0 * (-0.5 * x * x).exp()
}

/// Distribution function of the standard normal distribution, `Φ(x)`, accurate in the lower tail.
///
/// ```
/// use autodiff_runtime::special::{normal_cdf, normal_cdf_grad, normal_pdf};
///
/// assert_eq!(normal_cdf(0.0), 0.5);
/// assert_eq!(normal_cdf_grad(1.0), normal_pdf(1.0));
/// ```
#[differentiate(partials(x = normal_pdf(x)))]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// `ln Φ(x)`, accurate in both tails; its derivative is `φ(x) / Φ(x)`.
///
/// ```
/// use autodiff_runtime::special::ln_normal_cdf;
///
/// assert_eq!(ln_normal_cdf(0.0), 0.5_f64.ln());
/// assert!(ln_normal_cdf(-100.0).is_finite());
/// ```
#[differentiate(partials(x = normal_hazard(x)))]
pub fn ln_normal_cdf(x: f64) -> f64 {
    if x > 0.0 {
        (-normal_cdf(-x)).ln_1p()
    } else if x > TAIL {
        normal_cdf(x).ln()
    } else {
        // Φ(x) = φ(x) / φ(x)·Φ(x)⁻¹
        -0.5 * x * x - 0.5 * (2.0 * PI).ln() - normal_hazard(x).ln()
    }
}

/// `φ(x) / Φ(x)`, the inverse Mills ratio of the lower tail.
///
/// ```
/// use autodiff_runtime::special::{normal_cdf, normal_hazard, normal_pdf};
///
/// assert_eq!(normal_hazard(1.0), normal_pdf(1.0) / normal_cdf(1.0));
/// ```
#[differentiate(partials(x = -result * (x + result)))]
pub fn normal_hazard(x: f64) -> f64 {
    if x > TAIL {
        return normal_pdf(x) / normal_cdf(x);
    }
    // Laplace's continued fraction (Abramowitz and Stegun 26.2.14) converges at once in the tail.
    let x = -x;
    (1..=60).rev().fold(x, |tail, k| x + f64::from(k) / tail)
}

/// Where the tail begins, in which the quotient of `φ` and `Φ` loses digits and both underflow in the end.
const TAIL: f64 = -6.0;

/// Quantile of the standard normal distribution: the inverse of [`normal_cdf`]. Infinite at 0 and 1, NaN outside.
///
/// A rational guess (Abramowitz and Stegun 26.2.23) and Halley's steps.
///
/// ```
/// use autodiff_runtime::special::{normal_cdf, normal_quantile};
///
/// assert_eq!(normal_quantile(0.5), 0.0);
/// assert!((normal_cdf(normal_quantile(1e-20)) / 1e-20 - 1.0).abs() < 1e-13);
/// ```
#[differentiate(partials(p = 1.0 / normal_pdf(result)))]
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    // 1 − p is exact from 1/2 on.
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // Where the result is 0, a rounding error is all that would be left of it.
    if p == 0.5 {
        return 0.0;
    }
    let t = SQRT_2 * (-p.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut x = above / below - t;
    for _ in 0..3 {
        let step = (normal_cdf(x) - p) / normal_pdf(x);
        x -= step / (1.0 + 0.5 * x * step);
    }
    x
}
