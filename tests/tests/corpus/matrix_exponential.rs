//! exp of a 2 × 2 matrix by its Taylor series, arrays by value in and out of a helper.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn product(a: [[f64; 2]; 2], b: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    [
        [
            a[0][0] * b[0][0] + a[0][1] * b[1][0],
            a[0][0] * b[0][1] + a[0][1] * b[1][1],
        ],
        [
            a[1][0] * b[0][0] + a[1][1] * b[1][0],
            a[1][0] * b[0][1] + a[1][1] * b[1][1],
        ],
    ]
}

#[differentiate(scalar)]
pub fn matrix_exponential(a: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let mut sum = [[1.0, 0.0], [0.0, 1.0]];
    let mut term = sum;
    for k in 1..12 {
        term = product(term, a);
        for i in 0..2 {
            for j in 0..2 {
                term[i][j] /= k as f64;
                sum[i][j] += term[i][j];
            }
        }
    }
    sum
}

pub fn points() -> Vec<([[f64; 2]; 2],)> {
    vec![([[0.3, -0.8], [0.5, 0.1]],), ([[0.0; 2]; 2],)]
}
