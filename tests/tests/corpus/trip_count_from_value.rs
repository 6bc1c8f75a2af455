//! An active value, cast to an integer, says how often a loop runs.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn trip_count_from_value(x: f64) -> f64 {
    let mut y = x;
    for k in 0..(x * x) as usize {
        y = y.sin() + x / (k + 1) as f64;
    }
    y
}

pub fn points() -> Vec<(f64,)> {
    vec![(2.1,), (-1.5,), (0.3,)]
}
