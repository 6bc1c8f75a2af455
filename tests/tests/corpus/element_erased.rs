//! An element overwritten by a constant loses its derivative.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn element_erased(x: &mut [f64]) -> f64 {
    let first = x[0] * x[1];
    x[0] = 1.5;
    let second = x[0] * x[1];
    x[1] = x[0] + x[2];
    first * second * x[1]
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.3, 0.8],)]
}
