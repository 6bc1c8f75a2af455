//! A loop controlled by a flag that an active comparison sets.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn flag_loop(x: f64, tolerance: f64) -> f64 {
    let mut y = x;
    let mut previous = 2.0 * x + 1.0;
    let mut converged = false;
    let mut rounds = 0;
    while !converged && rounds < 20 {
        previous = y;
        y = 0.5 * y.cos() + 0.1 * x;
        converged = (y - previous).abs() < tolerance;
        rounds += 1;
    }
    y + previous * rounds as f64
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.7, 0.02), (0.7, 10.0), (-1.0, 0.05)]
}
