//! ln Σ exp xᵢ, shifted by the largest element.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn log_sum_exp_by_iterators(x: &[f64]) -> f64 {
    let largest = x.iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap();
    largest + x.iter().map(|v| (v - largest).exp()).sum::<f64>().ln()
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8],), (vec![2.0],)]
}
