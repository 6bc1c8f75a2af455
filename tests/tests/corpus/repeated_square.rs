//! `x *= x`: both factors are the variable that is overwritten.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn repeated_square(start: f64, times: usize) -> f64 {
    let mut x = start;
    for _ in 0..times {
        x *= x;
        x += x;
        x -= 0.5 * x;
    }
    x
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(1.1, 3), (-0.8, 2), (0.4, 0)]
}
