//! A variable assigned on one path only.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn one_path_assignment(x: f64, y: f64) -> f64 {
    let mut scale = y;
    if x > 1.0 {
        scale = x * y;
    }
    if y < 0.0 {
        scale *= scale;
    }
    scale * x
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.5, 0.6), (1.5, 0.6), (0.5, -0.6), (1.5, -0.6)]
}
