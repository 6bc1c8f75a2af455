//! Log-likelihood of a normal distribution by the Cholesky decomposition of its covariance.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn gaussian_log_likelihood(
    covariance: &DMatrix<f64>,
    mean: &DVector<f64>,
    x: &DVector<f64>,
) -> f64 {
    let factors = covariance
        .clone()
        .cholesky()
        .expect("a covariance is positive definite");
    let distance = x - mean;
    let whitened = factors.solve(&distance);
    let n = x.len() as f64;
    -0.5 * (distance.dot(&whitened)
        + factors.ln_determinant()
        + n * (2.0 * std::f64::consts::PI).ln())
}

pub fn points() -> Vec<(DMatrix<f64>, DVector<f64>, DVector<f64>)> {
    let covariance =
        DMatrix::from_row_slice(3, 3, &[2.0, 0.3, 0.1, 0.3, 1.5, -0.2, 0.1, -0.2, 1.0]);
    vec![(
        covariance,
        DVector::from_vec(vec![0.1, -0.3, 0.5]),
        DVector::from_vec(vec![1.0, 0.5, -0.7]),
    )]
}
