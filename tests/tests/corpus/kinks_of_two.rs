//! Ties of max and min, clamp at its bounds, signs of zero.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn kinks_of_two(a: f64, b: f64) -> f64 {
    let larger = a.max(b);
    let smaller = a.min(b);
    larger * larger + 3.0 * smaller + a.clamp(-1.0, 1.0) * b + a.signum() * b + b.copysign(a)
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.5, 0.7), (1.7, -0.4), (-2.0, 0.3)]
}

pub fn kinks() -> Vec<(f64, f64)> {
    vec![(1.0, 1.0), (-1.0, -1.0), (0.0, 0.0), (0.0, 2.0)]
}
