//! Some steps of the Riccati equation of a linear quadratic regulator.

use autodiff_runtime::differentiate;
use nalgebra::{Matrix2, RowVector2, Vector2};

#[differentiate]
pub fn riccati(a: &Matrix2<f64>, b: &Vector2<f64>, q: &Matrix2<f64>, r: f64) -> f64 {
    let mut p = *q;
    for _ in 0..4 {
        let btp = b.transpose() * p;
        let s = (btp * b)[(0, 0)] + r;
        let k: RowVector2<f64> = btp * a / s;
        p = q + a.transpose() * p * a - a.transpose() * p * b * k;
        p = 0.5 * (p + p.transpose());
    }
    p.trace()
}
pub fn points() -> Vec<(Matrix2<f64>, Vector2<f64>, Matrix2<f64>, f64)> {
    vec![(
        Matrix2::new(1.0, 0.1, -0.2, 0.9),
        Vector2::new(0.1, 1.0),
        Matrix2::new(1.0, 0.1, 0.1, 0.5),
        0.4,
    )]
}
