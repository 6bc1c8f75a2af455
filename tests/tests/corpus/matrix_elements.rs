//! Matrices built from numbers, filled element by element, and changed in a loop.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector, Matrix2, Vector2, Vector3};

#[differentiate]
pub fn matrix_elements(x: &[f64], angle: f64) -> f64 {
    let n = x.len();
    let mut m = DMatrix::zeros(n, n);
    let mut v = DVector::zeros(n);
    for i in 0..n {
        v[i] = x[i] * x[i];
        for j in 0..n {
            m[(i, j)] = x[i] * x[j] + i as f64;
        }
    }
    let mut w = v.clone();
    for _ in 0..3 {
        w = &m * &w * 0.1 + &v;
    }
    let turn = Matrix2::new(angle.cos(), -angle.sin(), angle.sin(), angle.cos());
    let turned = turn * Vector2::new(x[0], 1.0);
    let normal = Vector3::new(turned.x, turned.y, x[1]).cross(&Vector3::new(1.0, angle, 0.0));
    w.dot(&v) + normal.norm_squared() + turned[1]
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.3, 0.5], 0.8), (vec![-0.2, 0.6, 0.4], -1.1)]
}
