//! A single-precision vector scaled in place.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn scale_f32(x: &mut [f32], factor: f32) {
    for i in 0..x.len() {
        x[i] *= factor * x[i];
    }
}

pub fn points() -> Vec<(Vec<f32>, f32)> {
    vec![(vec![0.5, -0.25, 1.5], 0.75), (vec![], 2.0)]
}
