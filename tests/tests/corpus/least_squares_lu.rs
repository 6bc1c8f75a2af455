//! Linear least squares by the normal equations and an LU decomposition; the residual afterwards.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn least_squares_lu(design: &DMatrix<f64>, y: &DVector<f64>, ridge: f64) -> f64 {
    let n = design.ncols();
    let gram = design.tr_mul(design) + DMatrix::identity(n, n) * ridge;
    let right = design.tr_mul(y);
    let weights = gram.lu().solve(&right).unwrap();
    let residual = y - design * &weights;
    residual.norm_squared() + ridge * weights.norm_squared()
}

pub fn points() -> Vec<(DMatrix<f64>, DVector<f64>, f64)> {
    let design = DMatrix::from_row_slice(4, 2, &[1.0, 0.1, 1.0, 0.5, 1.0, 0.9, 1.0, 1.7]);
    vec![(design, DVector::from_vec(vec![0.2, 0.9, 1.1, 2.5]), 0.3)]
}
