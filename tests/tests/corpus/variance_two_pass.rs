//! Variance about the mean.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn variance_two_pass(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mut mean = 0.0;
    for i in 0..x.len() {
        mean += x[i] / n;
    }
    let mut variance = 0.0;
    for i in 0..x.len() {
        variance += (x[i] - mean).powi(2) / n;
    }
    variance
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![1.0, 2.0, 4.0],),
        (vec![0.5, -0.6, 1.7, 2.2],),
        (vec![3.0],),
    ]
}
