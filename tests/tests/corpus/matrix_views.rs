//! `vector!`, `matrix!`, fixed and dynamic views, rows and columns.

use autodiff_runtime::differentiate;
use nalgebra::{Matrix3, Matrix4, Vector3, matrix, vector};

#[differentiate]
pub fn matrix_views(x: f64, y: f64, m: &Matrix4<f64>) -> f64 {
    let v = vector![x, y, x * y];
    let a = matrix![x, 1.0, y; 0.0, x * x, 2.0; y, 0.5, 1.0];
    let r: Matrix3<f64> = m.fixed_view::<3, 3>(0, 0).into_owned();
    let t: Vector3<f64> = m.fixed_view::<3, 1>(0, 3).into();
    let s = a * v + r * v + t;
    let top = m.fixed_rows::<2>(1);
    let left = m.columns(0, 2);
    s.norm() + top.norm_squared() + left.sum() + m.row(2).dot(&m.row(3)) + m.column(1).norm()
}
pub fn points() -> Vec<(f64, f64, Matrix4<f64>)> {
    vec![(
        0.3,
        0.7,
        Matrix4::new(
            1.0, 0.2, 0.3, 0.4, 0.5, 0.9, 0.1, 0.2, 0.1, -0.3, 0.8, 0.6, 0.0, 0.1, 0.2, 1.0,
        ),
    )]
}
