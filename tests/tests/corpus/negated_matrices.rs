//! Minus signs before matrices, products and results of calls.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, Matrix2};

#[differentiate]
fn commutator(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    -(b * a) + a * b
}

#[differentiate]
pub fn negated_matrices(a: &DMatrix<f64>, b: &DMatrix<f64>, c: Matrix2<f64>) -> f64 {
    let turned = -a.transpose();
    let bracket = -commutator(a, &turned);
    let small = -c;
    -(bracket * b).trace() + (-(small * small)).sum()
}

pub fn points() -> Vec<(DMatrix<f64>, DMatrix<f64>, Matrix2<f64>)> {
    vec![(
        DMatrix::from_row_slice(2, 2, &[0.3, -1.2, 0.7, 2.1]),
        DMatrix::from_row_slice(2, 2, &[1.3, 0.2, -0.4, 0.6]),
        Matrix2::new(0.5, 0.4, -0.3, 1.1),
    )]
}
