//! Calls through `use`, with and without another name.

use autodiff_runtime::differentiate;

use super::huber::huber;
use super::lambert_w::lambert_w as product_log;

#[differentiate(scalar)]
pub fn used_as(x: f64, y: f64) -> f64 {
    product_log(x) * huber(y, x)
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.4, -0.9), (1.5, 0.3)]
}
