//! Logistic regression of one sample in single precision.

use autodiff_runtime::differentiate;

#[differentiate(wrt(weights, bias))]
pub fn logistic_f32(weights: &[f32; 3], bias: f32, x: [f32; 3], positive: bool) -> f32 {
    let mut z = bias;
    for i in 0..3 {
        z += weights[i] * x[i];
    }
    let margin = if positive { z } else { -z };
    (-margin).exp().ln_1p()
}

pub fn points() -> Vec<([f32; 3], f32, [f32; 3], bool)> {
    vec![
        ([0.5, -0.25, 1.0], 0.125, [1.0, 2.0, -0.5], true),
        ([0.5, -0.25, 1.0], 0.125, [1.0, 2.0, -0.5], false),
    ]
}
