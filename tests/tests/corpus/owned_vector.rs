//! A vector by value, changed inside.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn owned_vector(mut x: Vec<f64>, shift: f64) -> f64 {
    for i in 0..x.len() {
        x[i] = (x[i] + shift) * x[i];
    }
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[x.len() - 1 - i];
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.5, -0.25, 1.5], 0.75), (vec![], 2.0)]
}
