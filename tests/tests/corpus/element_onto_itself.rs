//! `v[i] = v[j]` where i and j are sometimes the same, plain and scaled.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn element_onto_itself(x: &[f64], from: &[usize]) -> f64 {
    let mut v = [0.0; 4];
    for i in 0..4 {
        v[i] = x[i] * x[i];
    }
    for i in 0..4 {
        let j = from[i];
        v[i] = v[j];
        v[j] = v[i] * v[(j + 1) % 4];
        (v[i], v[j]) = (v[j], v[i] + x[j]);
        v.swap(i, j);
    }
    v[0] * v[1] - v[2] * v[3]
}

pub fn points() -> Vec<(Vec<f64>, Vec<usize>)> {
    let x = || vec![0.7, 1.3, -0.4, 0.9];
    vec![
        (x(), vec![0, 1, 2, 3]),
        (x(), vec![3, 1, 1, 0]),
        (x(), vec![2, 2, 2, 2]),
    ]
}
