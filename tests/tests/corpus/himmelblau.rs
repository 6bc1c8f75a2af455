//! Himmelblau's test function.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn himmelblau(x: f64, y: f64) -> f64 {
    (x * x + y - 11.0).powi(2) + (x + y * y - 7.0).powi(2)
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.0, 1.0), (-2.8, 3.1)]
}
