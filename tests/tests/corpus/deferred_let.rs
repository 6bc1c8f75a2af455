//! A variable declared first and initialised on each path.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn deferred_let(x: f64, y: f64) -> f64 {
    let scale;
    if x > y {
        scale = x * x;
    } else {
        scale = y.exp();
    }
    scale * x
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.1, 0.5), (0.3, 0.9)]
}
