//! A covariance matrix from the rows of a data matrix, by row means and outer products.

use autodiff_runtime::differentiate;
use nalgebra::DMatrix;

#[differentiate]
pub fn covariance_matrix(x: &DMatrix<f64>) -> f64 {
    let n = x.nrows();
    let mean = x.row_mean();
    let mut scatter = DMatrix::zeros(x.ncols(), x.ncols());
    for i in 0..n {
        let d = x.row(i) - &mean;
        scatter += d.transpose() * d;
    }
    let spread = x.column_mean();
    let mut total = 0.0;
    for c in x.column_iter() {
        total += c.norm();
    }
    (scatter / (n as f64 - 1.0)).determinant() + total + spread.norm_squared()
}
pub fn points() -> Vec<(DMatrix<f64>,)> {
    vec![(DMatrix::from_row_slice(
        3,
        2,
        &[0.3, -0.4, 0.5, 0.1, 0.9, 1.3],
    ),)]
}
