//! Softmax, as a new vector.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn softmax(x: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    let mut sum = 0.0;
    for i in 0..x.len() {
        out[i] = x[i].exp();
        sum += out[i];
    }
    for i in 0..x.len() {
        out[i] /= sum;
    }
    out
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![0.2, -1.0, 0.5],),
        (vec![1.0],),
        (vec![0.0, 0.1, 0.2, 0.3, -2.0],),
    ]
}
