//! Rosenbrock's valley in single precision: the derivatives stay in it.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn rosenbrock_f32(x: &[f32]) -> f32 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        let bend = x[i] - x[i - 1] * x[i - 1];
        let away = 1.0 - x[i - 1];
        sum += 2.0 * bend * bend + away * away;
    }
    sum
}

pub fn points() -> Vec<(Vec<f32>,)> {
    vec![(vec![-1.2, 1.0],), (vec![0.3, -0.4, 1.1, 0.9],)]
}
