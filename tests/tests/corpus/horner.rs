//! A polynomial by Horner's rule.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn horner(coefficients: &[f64], x: f64) -> f64 {
    let mut value = 0.0;
    for i in (0..coefficients.len()).rev() {
        value = value * x + coefficients[i];
    }
    value
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![1.0, -2.0, 0.5, 0.25], 1.3),
        (vec![2.0], -0.5),
        (vec![], 0.7),
    ]
}
