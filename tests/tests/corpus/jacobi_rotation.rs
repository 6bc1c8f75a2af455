//! Angle that diagonalises a symmetric 2 × 2 block, and what it leaves on the diagonal.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn jacobi_rotation(a: f64, b: f64, c: f64) -> [f64; 2] {
    let theta = (c - a) / (2.0 * b);
    let mut t = 1.0 / (theta.abs() + (theta * theta + 1.0).sqrt());
    if theta < 0.0 {
        t = -t;
    }
    [a - t * b, c + t * b]
}

pub fn points() -> Vec<(f64, f64, f64)> {
    vec![(2.0, 0.5, 1.0), (1.0, -0.7, 3.0)]
}
