//! An in-place helper called on a `&mut` parameter that is used before and after.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn normalise(x: &mut [f64]) {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    let norm = sum.sqrt();
    for i in 0..x.len() {
        x[i] /= norm;
    }
}

#[differentiate(scalar)]
pub fn helper_on_parameter(x: &mut [f64]) -> f64 {
    let before = x[0] * x[1];
    normalise(x);
    x[1] += before;
    normalise(x);
    x[0] * before
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.3, 0.8],), (vec![1.0, 2.0],)]
}
