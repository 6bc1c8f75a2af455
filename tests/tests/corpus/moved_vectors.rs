//! Vectors moved from one variable to another and between iterations.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn shifted(x: Vec<f64>, by: f64) -> Vec<f64> {
    let mut y = x;
    for i in 0..y.len() {
        y[i] = y[i] * y[i] + by;
    }
    y
}

#[differentiate(scalar)]
pub fn moved_vectors(x: Vec<f64>, by: f64) -> f64 {
    let mut current = x;
    for _ in 0..2 {
        let next = shifted(current, by);
        current = next;
    }
    let last = current;
    last[0] * last[last.len() - 1] + shifted(last, 0.1)[0]
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.5, 0.8], -0.3), (vec![0.7], 0.2)]
}
