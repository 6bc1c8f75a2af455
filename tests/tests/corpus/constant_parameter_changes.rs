//! A constant parameter that the body counts down.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn constant_parameter_changes(x: f64, mut n: u32) -> f64 {
    let mut base = x;
    let mut result = 1.0;
    while n > 0 {
        if n & 1 == 1 {
            result *= base;
        }
        base *= base;
        n >>= 1;
    }
    result
}

pub fn points() -> Vec<(f64, u32)> {
    vec![(1.2, 0), (1.2, 1), (0.9, 6), (-1.1, 7)]
}
