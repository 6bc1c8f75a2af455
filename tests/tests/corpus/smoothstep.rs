//! A piecewise polynomial with an else-if chain as an expression.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn smoothstep(low: f64, high: f64, x: f64) -> f64 {
    let t = (x - low) / (high - low);
    let s = if t <= 0.0 {
        0.0
    } else if t >= 1.0 {
        1.0
    } else {
        t * t * (3.0 - 2.0 * t)
    };
    low + s * (high - low)
}

pub fn points() -> Vec<(f64, f64, f64)> {
    vec![(0.2, 1.5, 0.7), (0.2, 1.5, -1.0), (0.2, 1.5, 2.0)]
}
