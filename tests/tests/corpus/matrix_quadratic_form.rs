//! A quadratic form with a norm and a dot product, on dynamic `nalgebra` matrices by reference.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn matrix_quadratic_form(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let y = a * x;
    y.dot(x) + y.norm() - 0.5 * (a.transpose() * &y).sum()
}

pub fn points() -> Vec<(DMatrix<f64>, DVector<f64>)> {
    let a = DMatrix::from_row_slice(3, 3, &[1.0, 2.0, 0.5, -1.0, 0.3, 0.2, 0.7, 0.1, 2.0]);
    vec![(a, DVector::from_vec(vec![0.5, -1.0, 0.25]))]
}
