//! The running example of the tutorial: f(x1, x2) = x1³/x2 + sin(x1·x2).

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn tutorial(x1: f64, x2: f64) -> f64 {
    x1.powi(3) / x2 + (x1 * x2).sin()
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.5, 3.0), (-0.7, 2.0), (0.0, -1.0)]
}
