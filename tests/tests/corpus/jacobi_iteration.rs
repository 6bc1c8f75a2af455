//! Jacobi iteration until the residual is small, on dynamic matrices.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn jacobi_iteration(a: &DMatrix<f64>, b: &DVector<f64>) -> DVector<f64> {
    let d = a.diagonal();
    let mut x = b.component_div(&d);
    for _ in 0..10 {
        let r = b - a * &x;
        x += r.component_div(&d);
        if r.norm() < 1e-8 {
            break;
        }
    }
    x
}
pub fn points() -> Vec<(DMatrix<f64>, DVector<f64>)> {
    vec![(
        DMatrix::from_row_slice(2, 2, &[3.0, -0.4, 0.5, 2.1]),
        DVector::from_vec(vec![0.3, 0.9]),
    )]
}
