//! Weights added to bins that active values choose, then a nonlinear sum over bins.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn histogram(values: &[f64], weights: &[f64]) -> f64 {
    let mut bins = [0.0; 4];
    for i in 0..values.len() {
        let bin = (values[i].floor() as usize).min(3);
        bins[bin] += weights[i] * values[i];
    }
    let mut sum = 0.0;
    for k in 0..4 {
        sum += bins[k] * bins[k];
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![0.5, 1.3, 1.8, 9.2], vec![1.0, -0.5, 0.7, 0.1]),
        (vec![], vec![]),
    ]
}
