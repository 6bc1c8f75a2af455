//! Ridge regression by the normal equations and LU; zeros where the system is singular.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn ridge_regression(x: &DMatrix<f64>, y: &DVector<f64>, lambda: f64) -> DVector<f64> {
    let p = x.ncols();
    let xtx = x.transpose() * x + lambda * DMatrix::<f64>::identity(p, p);
    let xty = x.transpose() * y;
    if let Some(beta) = xtx.lu().solve(&xty) {
        beta
    } else {
        DVector::zeros(p)
    }
}

pub fn points() -> Vec<(DMatrix<f64>, DVector<f64>, f64)> {
    let design = DMatrix::from_row_slice(4, 2, &[1.0, 0.1, 1.0, 0.5, 1.0, 0.9, 1.0, 1.7]);
    vec![(design, DVector::from_vec(vec![0.2, 0.9, 1.1, 2.5]), 0.3)]
}
