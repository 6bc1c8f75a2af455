//! Rectifiers: kinks at zero, where all modes must choose the same slope.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn relu_sum(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i].max(0.0) + 0.1 * x[i].min(0.0) + x[i].abs();
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.7, 2.0],)]
}

pub fn kinks() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.0, -0.0, 1.0],)]
}
