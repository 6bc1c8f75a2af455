//! Chebyshev polynomials by recursion.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn chebyshev(n: usize, x: f64) -> f64 {
    if n == 0 {
        1.0
    } else if n == 1 {
        x
    } else {
        2.0 * x * chebyshev(n - 1, x) - chebyshev(n - 2, x)
    }
}

pub fn points() -> Vec<(usize, f64)> {
    vec![(0, 0.3), (1, 0.3), (5, 0.3), (6, -0.9)]
}
