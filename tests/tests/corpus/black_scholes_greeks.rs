//! The Black-Scholes price by the normal distribution function: delta, vega, rho and theta are its partials, gamma,
//! vanna and volga its second derivatives.

use autodiff_runtime::differentiate;
use autodiff_runtime::special::normal_cdf;

#[differentiate]
pub fn black_scholes_greeks(spot: f64, strike: f64, rate: f64, volatility: f64, time: f64) -> f64 {
    let spread = volatility * time.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * time) / spread;
    let d2 = d1 - spread;
    spot * normal_cdf(d1) - strike * (-rate * time).exp() * normal_cdf(d2)
}

pub fn points() -> Vec<(f64, f64, f64, f64, f64)> {
    vec![
        (100.0, 95.0, 0.03, 0.25, 0.75),
        (80.0, 110.0, 0.01, 0.4, 2.0),
    ]
}
