//! A damped Gauss-Newton step: Jacobian filled entry by entry, Cholesky through `map` and `unwrap_or_else`.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector, Vector2};

#[differentiate]
pub fn gauss_newton(theta: &Vector2<f64>, t: &[f64], y: &[f64], damping: f64) -> Vector2<f64> {
    let m = t.len();
    let mut jacobian = DMatrix::zeros(m, 2);
    let mut residual = DVector::zeros(m);
    for i in 0..m {
        let e = (theta[1] * t[i]).exp();
        residual[i] = theta[0] * e - y[i];
        jacobian[(i, 0)] = e;
        jacobian[(i, 1)] = theta[0] * t[i] * e;
    }
    let hessian = jacobian.transpose() * &jacobian + DMatrix::identity(2, 2) * damping;
    let gradient = jacobian.transpose() * residual;
    let step = hessian
        .cholesky()
        .map(|c| c.solve(&gradient))
        .unwrap_or_else(|| DVector::zeros(2));
    Vector2::new(theta[0] - step[0], theta[1] - step[1])
}
pub fn points() -> Vec<(Vector2<f64>, Vec<f64>, Vec<f64>, f64)> {
    vec![(
        Vector2::new(1.0, -0.5),
        vec![0.0, 0.5, 1.0],
        vec![1.1, 0.7, 0.6],
        0.1,
    )]
}
