//! Two variables exchanged through a third, in a loop.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn swap_through_temporary(a: f64, b: f64, turns: usize) -> f64 {
    let mut x = a;
    let mut y = b;
    for _ in 0..turns {
        let t = x;
        x = y * y;
        y = t;
    }
    x + 3.0 * y * x
}

pub fn points() -> Vec<(f64, f64, usize)> {
    vec![(1.1, 0.7, 0), (1.1, 0.7, 1), (1.1, 0.7, 4)]
}
