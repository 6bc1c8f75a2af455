//! Calls of differentiated functions in conditions, indices and arguments.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn energy(x: f64, k: f64) -> f64 {
    0.5 * k * x * x
}

#[differentiate(scalar)]
pub fn nested_calls_in_conditions(x: f64, k: f64) -> f64 {
    let mut y = x;
    while energy(y, k) > 0.5 {
        y *= 0.7;
    }
    if energy(y, 1.0) < energy(x, 0.5) {
        energy(energy(y, k), k)
    } else {
        energy(x, energy(k, y))
    }
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(2.5, 1.1), (0.5, 0.8)]
}
