//! √0: an infinite slope, the same in all modes.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn infinite_slope(x: f64) -> f64 {
    2.0 * x.sqrt() + x
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.4,)]
}

pub fn kinks() -> Vec<(f64,)> {
    vec![(0.0,)]
}
