//! Calls with literals, integers and constants for active parameters.

use autodiff_runtime::differentiate;

const GROWTH: f64 = 1.25;

#[differentiate(scalar)]
fn compound(capital: f64, rate: f64, years: i32) -> f64 {
    capital * (1.0 + rate).powi(years)
}

#[differentiate(scalar)]
pub fn constant_arguments(x: f64) -> f64 {
    compound(x, 0.05, 3) + compound(100.0, x, 2) + compound(GROWTH, GROWTH, 4) + compound(x, x, 0)
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.4,), (2.0,)]
}
