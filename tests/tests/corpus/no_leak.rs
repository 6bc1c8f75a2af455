//! A branch not taken leaks nothing: √0 and log 0 stand on the other side.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn no_leak(x: f64, y: f64) -> f64 {
    let root = if x > 0.0 { x.sqrt() } else { 0.0 };
    let log = if y > 0.0 { y * y.ln() } else { 0.0 };
    root * y + log + x
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.4, 0.7)]
}

pub fn kinks() -> Vec<(f64, f64)> {
    vec![(0.0, 0.7), (0.4, 0.0), (0.0, 0.0), (-1.0, -2.0)]
}
