//! Marginal likelihood of a Gaussian process: a kernel matrix by `from_fn`, then Cholesky.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn gaussian_process(
    x: &[f64],
    y: &DVector<f64>,
    length: f64,
    amplitude: f64,
    noise: f64,
) -> f64 {
    let n = x.len();
    let k = DMatrix::from_fn(n, n, |i, j| {
        let d = (x[i] - x[j]) / length;
        let diagonal = if i == j { noise * noise } else { 0.0 };
        amplitude * amplitude * (-0.5 * d * d).exp() + diagonal
    });
    let chol = k.cholesky().unwrap();
    let alpha = chol.solve(y);
    0.5 * y.dot(&alpha) + 0.5 * chol.ln_determinant()
}
pub fn points() -> Vec<(Vec<f64>, DVector<f64>, f64, f64, f64)> {
    vec![(
        vec![0.0, 0.4, 1.1],
        DVector::from_vec(vec![0.2, 0.5, -0.1]),
        0.7,
        1.2,
        0.3,
    )]
}
