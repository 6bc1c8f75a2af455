//! The argument itself.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn identity(x: f64) -> f64 {
    x
}

pub fn points() -> Vec<(f64,)> {
    vec![(2.0,), (0.0,)]
}
