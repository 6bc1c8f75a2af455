//! A vector by value that is changed and handed back.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn returned_vector(mut x: Vec<f64>) -> Vec<f64> {
    for i in 1..x.len() {
        x[i] = x[i - 1] * x[i].cos();
    }
    x
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.25, 1.5],), (vec![1.0],)]
}
