//! Inverse, determinant and trace of a static matrix, and a vector-valued function of it.

use autodiff_runtime::differentiate;
use nalgebra::{Matrix3, Vector3};

#[differentiate]
pub fn inverse_and_determinant(a: &Matrix3<f64>, v: Vector3<f64>) -> Vector3<f64> {
    let inverse = a.try_inverse().unwrap();
    inverse * v * a.determinant() + a.column(1).component_mul(&v) / inverse.trace() - v.normalize()
}

pub fn points() -> Vec<(Matrix3<f64>, Vector3<f64>)> {
    vec![(
        Matrix3::new(1.0, 2.0, 0.5, -1.0, 0.3, 0.2, 0.7, 0.1, 2.0),
        Vector3::new(0.4, -0.6, 0.9),
    )]
}
