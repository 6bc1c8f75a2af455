//! Determinant of a row-major n × n matrix by elimination without pivoting, on a copy.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn lu_determinant(matrix: &[f64], n: usize) -> f64 {
    let mut a = matrix.to_vec();
    let mut determinant = 1.0;
    for k in 0..n {
        determinant *= a[k * n + k];
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            for j in k + 1..n {
                a[i * n + j] -= factor * a[k * n + j];
            }
        }
    }
    determinant
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![4.0, 1.0, 0.5, -1.0, 3.0, 0.2, 0.7, 0.1, 2.0], 3),
        (vec![1.5], 1),
        (vec![], 0),
    ]
}
