//! Local arrays of constants, and one that becomes active element by element.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn constant_arrays(x: f64, y: f64) -> f64 {
    let weights = [0.5, -1.0, 2.0];
    let mut mixed = [1.0, 2.0, 3.0];
    mixed[1] = x * y;
    let mut sum = 0.0;
    for i in 0..3 {
        sum += weights[i] * mixed[i] * x;
        mixed[i] = weights[2 - i];
    }
    sum + mixed[1] * y
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.5, 0.8), (-1.0, 2.0)]
}
