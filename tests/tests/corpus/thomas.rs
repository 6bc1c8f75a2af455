//! A tridiagonal system by Thomas's algorithm.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn thomas(lower: &[f64], diagonal: &[f64], upper: &[f64], rhs: &[f64]) -> Vec<f64> {
    let n = diagonal.len();
    let mut c = vec![0.0; n];
    let mut x = vec![0.0; n];
    c[0] = upper[0] / diagonal[0];
    x[0] = rhs[0] / diagonal[0];
    for i in 1..n {
        let pivot = diagonal[i] - lower[i] * c[i - 1];
        c[i] = upper[i] / pivot;
        x[i] = (rhs[i] - lower[i] * x[i - 1]) / pivot;
    }
    for i in (0..n - 1).rev() {
        x[i] -= c[i] * x[i + 1];
    }
    x
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>)> {
    vec![
        (
            vec![0.0, 0.3, -0.2, 0.5],
            vec![2.0, 2.5, 1.8, 3.0],
            vec![0.4, -0.1, 0.6, 0.0],
            vec![1.0, 0.5, -0.7, 0.2],
        ),
        (vec![0.0], vec![2.0], vec![0.0], vec![3.0]),
    ]
}
