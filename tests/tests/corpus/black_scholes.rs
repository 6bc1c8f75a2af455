//! Price of a European call, with the logistic approximation of the normal distribution.

use autodiff_runtime::differentiate;

/// Φ(z) to four digits.
#[differentiate(scalar)]
fn normal_cdf(z: f64) -> f64 {
    1.0 / (1.0 + (-1.5976 * z - 0.07056 * z * z * z).exp())
}

#[differentiate(scalar)]
pub fn black_scholes(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
    let deviation = volatility * maturity.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * maturity) / deviation;
    let d2 = d1 - deviation;
    spot * normal_cdf(d1) - strike * (-rate * maturity).exp() * normal_cdf(d2)
}

pub fn points() -> Vec<(f64, f64, f64, f64, f64)> {
    vec![(1.0, 1.1, 0.05, 0.2, 1.0), (1.2, 0.9, 0.01, 0.4, 0.5)]
}
