//! xⁿ by repeated squaring: recursion with an early return.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn fast_power(x: f64, n: u32) -> f64 {
    if n == 0 {
        return 1.0;
    }
    let half = fast_power(x, n / 2);
    if n.is_multiple_of(2) {
        half * half
    } else {
        half * half * x
    }
}

pub fn points() -> Vec<(f64, u32)> {
    vec![(1.3, 0), (1.3, 1), (1.3, 10), (-0.9, 7)]
}
