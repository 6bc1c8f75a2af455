//! Two results as a tuple.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn mean_and_variance(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mut sum = 0.0;
    let mut squares = 0.0;
    for i in 0..x.len() {
        sum += x[i];
        squares += x[i] * x[i];
    }
    let mean = sum / n;
    (mean, squares / n - mean * mean)
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, -0.5, 1.1],), (vec![2.0],)]
}
