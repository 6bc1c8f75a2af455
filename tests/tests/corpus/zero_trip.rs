//! Loops that may not run at all, by range and by condition.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn zero_trip(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 3..n {
        y *= x + i as f64;
    }
    let mut i = n;
    while i < 2 {
        y += x.cos();
        i += 1;
    }
    #[allow(clippy::reversed_empty_ranges)]
    for _ in 5..2 {
        y = 0.0;
    }
    y
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.7, 0), (0.7, 2), (0.7, 5)]
}
