//! Largest eigenvalue of AᵀA by power iteration with normalised vectors.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn power_iteration(a: &[[f64; 3]; 3], steps: usize) -> f64 {
    let mut v = [1.0, 0.5, 0.25];
    let mut eigenvalue = 0.0;
    for _ in 0..steps {
        let mut w = [0.0; 3];
        for i in 0..3 {
            let mut row = 0.0;
            for j in 0..3 {
                row += a[i][j] * v[j];
            }
            for j in 0..3 {
                w[j] += a[i][j] * row;
            }
        }
        eigenvalue = (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]).sqrt();
        for j in 0..3 {
            v[j] = w[j] / eigenvalue;
        }
    }
    eigenvalue
}

pub fn points() -> Vec<([[f64; 3]; 3], usize)> {
    let a = [[1.0, 0.2, -0.3], [0.5, 1.5, 0.1], [-0.2, 0.4, 0.9]];
    vec![(a, 5), (a, 1), (a, 0)]
}
