//! An array carried through a loop and replaced as a whole.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn fibonacci_pair(a: f64, b: f64, steps: usize) -> f64 {
    let mut pair = [a, b];
    for _ in 0..steps {
        pair = [pair[1], pair[0] + pair[1] * pair[0]];
    }
    pair[0] * pair[1]
}

pub fn points() -> Vec<(f64, f64, usize)> {
    vec![(0.3, 0.5, 5), (-0.2, 0.8, 3), (0.3, 0.5, 0)]
}
