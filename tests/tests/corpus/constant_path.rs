//! A result that does not depend on the inputs on one path.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn constant_path(x: f64, y: f64) -> f64 {
    if x > y {
        return 2.5;
    }
    if x < 0.0 { 1.0 } else { x.ln() * y }
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(2.0, 1.0), (0.4, 1.5), (-1.0, 0.5)]
}
