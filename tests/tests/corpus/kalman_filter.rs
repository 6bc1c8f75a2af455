//! The log-likelihood of a linear Kalman filter: predict and update with dynamic matrices.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn kalman_filter(
    f: &DMatrix<f64>,
    h: &DMatrix<f64>,
    q: &DMatrix<f64>,
    r: &DMatrix<f64>,
    observations: &[DVector<f64>],
) -> f64 {
    let n = f.nrows();
    let mut x = DVector::zeros(n);
    let mut p = DMatrix::identity(n, n);
    let mut log_likelihood = 0.0;
    for z in observations {
        // predict
        x = f * x;
        p = f * p * f.transpose() + q;
        // update
        let y = z - h * &x;
        let s = h * &p * h.transpose() + r;
        let s_inv = s
            .clone()
            .try_inverse()
            .expect("innovation covariance is regular");
        let k = &p * h.transpose() * &s_inv;
        x += &k * &y;
        p = (DMatrix::identity(n, n) - &k * h) * p;
        log_likelihood -= 0.5 * (s.determinant().ln() + (y.transpose() * s_inv * y)[(0, 0)]);
    }
    log_likelihood
}

pub fn points() -> Vec<(
    DMatrix<f64>,
    DMatrix<f64>,
    DMatrix<f64>,
    DMatrix<f64>,
    Vec<DVector<f64>>,
)> {
    vec![(
        DMatrix::from_row_slice(2, 2, &[1.0, 0.1, 0.0, 1.0]),
        DMatrix::from_row_slice(1, 2, &[1.0, 0.0]),
        DMatrix::from_row_slice(2, 2, &[0.1, 0.02, 0.02, 0.2]),
        DMatrix::from_row_slice(1, 1, &[0.3]),
        vec![DVector::from_vec(vec![0.4]), DVector::from_vec(vec![0.9])],
    )]
}
