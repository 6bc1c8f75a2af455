//! Iterates of the logistic map.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn logistic_map(rate: f64, start: f64, steps: usize) -> f64 {
    let mut x = start;
    for _ in 0..steps {
        x = rate * x * (1.0 - x);
    }
    x
}

pub fn points() -> Vec<(f64, f64, usize)> {
    vec![(3.2, 0.4, 6), (2.5, 0.1, 1), (2.0, 0.3, 0)]
}
