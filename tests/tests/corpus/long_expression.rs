//! One expression with shared parts, deep nesting and cancelling terms.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn long_expression(x: f64, y: f64, z: f64) -> f64 {
    ((x * y).sin() + (x * y).cos() * (y * z).exp() - (x * y).sin() / (1.0 + (y * z).exp()))
        * ((x - y) * (x - y) + (y - z) * (y - z) + 0.0 * z + 1.0 * x - 0.0).sqrt()
        + (x / x) * (y - y)
        - -(z + 2.0) * (2.0 * 3.0)
}

pub fn points() -> Vec<(f64, f64, f64)> {
    vec![(0.5, 0.8, -0.3), (1.2, -0.7, 0.4)]
}
