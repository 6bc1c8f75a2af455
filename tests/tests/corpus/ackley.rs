//! Ackley's test function.

use autodiff_runtime::differentiate;

use std::f64::consts::{E, TAU};

#[differentiate(scalar)]
pub fn ackley(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mut squares = 0.0;
    let mut waves = 0.0;
    for i in 0..x.len() {
        squares += x[i] * x[i];
        waves += (TAU * x[i]).cos();
    }
    20.0 + E - 20.0 * (-0.2 * (squares / n).sqrt()).exp() - (waves / n).exp()
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.3, 0.8],), (vec![1.3],)]
}
