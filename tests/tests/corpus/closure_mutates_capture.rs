//! A closure that changes an accumulator it has captured, called from nested loops.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn closure_mutates_capture(x: &[f64], w: f64) -> f64 {
    let mut total = w;
    let mut add = |v: f64, k: f64| total = total * 0.9 + (v * k).sin() * total;
    for i in 0..x.len() {
        for j in 0..=i {
            add(x[i], x[j] + 1.0);
        }
    }
    total
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.4, -0.3, 0.8], 1.1)]
}
