//! A Chebyshev series by Clenshaw's recurrence.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn clenshaw(coefficients: &[f64], x: f64) -> f64 {
    let mut b1 = 0.0;
    let mut b2 = 0.0;
    for k in (1..coefficients.len()).rev() {
        let b0 = coefficients[k] + 2.0 * x * b1 - b2;
        b2 = b1;
        b1 = b0;
    }
    coefficients[0] + x * b1 - b2
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.5, -0.3, 0.8, 1.1], 0.4), (vec![2.0], 0.3)]
}
