//! Mean squared error of a line, with respect to its parameters only.

use autodiff_runtime::differentiate;

#[differentiate(scalar, wrt(slope, intercept))]
pub fn linear_regression(x: &[f64], slope: f64, y: &[f64], intercept: f64) -> f64 {
    let mut error = 0.0;
    for i in 0..x.len() {
        let residual = slope * x[i] + intercept - y[i];
        error += residual * residual;
    }
    error / x.len() as f64
}

pub fn points() -> Vec<(Vec<f64>, f64, Vec<f64>, f64)> {
    vec![(vec![0.0, 1.0, 2.0], 0.7, vec![0.1, 1.2, 1.9], -0.2)]
}
