//! Softmax as a chain of iterators.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn softmax_by_iterators(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = x.iter().map(|v| (v - largest).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|v| v / sum).collect()
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8],), (vec![2.0],)]
}
