//! Rosenbrock's valley in n dimensions.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        let bend = x[i] - x[i - 1] * x[i - 1];
        let away = 1.0 - x[i - 1];
        sum += 100.0 * bend * bend + away * away;
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![-1.2, 1.0],),
        (vec![0.3, -0.4, 1.1, 0.9, -0.2],),
        (vec![1.0],),
        (vec![],),
    ]
}
