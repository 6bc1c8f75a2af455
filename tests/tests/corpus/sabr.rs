//! Implied volatility of the SABR model (Hagan and others, 2002, equation 2.17a).

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn sabr(
    forward: f64,
    strike: f64,
    expiry: f64,
    alpha: f64,
    beta: f64,
    rho: f64,
    nu: f64,
) -> f64 {
    let log = (forward / strike).ln();
    let mid = (forward * strike).powf((1.0 - beta) / 2.0);
    let b2 = (1.0 - beta).powi(2);
    let z = nu / alpha * mid * log;
    let chi = (((1.0 - 2.0 * rho * z + z * z).sqrt() + z - rho) / (1.0 - rho)).ln();
    let ratio = if z.abs() < 1e-8 { 1.0 } else { z / chi };
    let below = mid * (1.0 + b2 / 24.0 * log.powi(2) + b2 * b2 / 1920.0 * log.powi(4));
    let drift = b2 / 24.0 * alpha * alpha / (mid * mid)
        + rho * beta * nu * alpha / (4.0 * mid)
        + (2.0 - 3.0 * rho * rho) / 24.0 * nu * nu;
    alpha / below * ratio * (1.0 + drift * expiry)
}

pub fn points() -> Vec<(f64, f64, f64, f64, f64, f64, f64)> {
    vec![(1.1, 0.9, 1.0, 0.3, 0.7, -0.3, 0.4)]
}
