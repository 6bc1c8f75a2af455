//! A polynomial from its highest coefficient down.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn horner_by_fold(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |acc, c| acc * x + c)
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.3, 1.2, -0.7], 0.5), (vec![], 2.0)]
}
