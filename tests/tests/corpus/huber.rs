//! Huber loss of one residual.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn huber(residual: f64, delta: f64) -> f64 {
    if residual.abs() <= delta {
        0.5 * residual * residual
    } else {
        delta * (residual.abs() - 0.5 * delta)
    }
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.3, 1.0), (-2.5, 1.0), (4.0, 0.5)]
}

pub fn kinks() -> Vec<(f64, f64)> {
    vec![(1.0, 1.0), (-1.0, 1.0)]
}
