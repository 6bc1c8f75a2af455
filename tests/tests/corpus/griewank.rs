//! Griewank's test function: a sum and a product in one loop.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn griewank(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut product = 1.0;
    for i in 0..x.len() {
        sum += x[i].powi(2) / 4000.0;
        product *= (x[i] / ((i + 1) as f64).sqrt()).cos();
    }
    sum - product + 1.0
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.3, 0.8],), (vec![],)]
}
