//! Variance in one pass: both accumulators are carried from step to step.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn variance_welford(x: &[f64]) -> f64 {
    let mut mean = 0.0;
    let mut squares = 0.0;
    for i in 0..x.len() {
        let delta = x[i] - mean;
        mean += delta / (i + 1) as f64;
        squares += delta * (x[i] - mean);
    }
    squares / x.len() as f64
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![1.0, 2.0, 4.0],),
        (vec![0.5, -0.6, 1.7, 2.2],),
        (vec![3.0],),
    ]
}
