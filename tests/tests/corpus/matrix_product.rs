//! Product of two 2 × 3 and 3 × 2 nested arrays.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn matrix_product(a: &[[f64; 3]; 2], b: &[[f64; 2]; 3]) -> [[f64; 2]; 2] {
    let mut c = [[0.0; 2]; 2];
    for i in 0..2 {
        for j in 0..2 {
            for k in 0..3 {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    c
}

pub fn points() -> Vec<([[f64; 3]; 2], [[f64; 2]; 3])> {
    vec![(
        [[1.0, 0.5, -0.3], [0.2, 0.7, 1.1]],
        [[0.4, -0.6], [0.9, 0.1], [-0.2, 0.8]],
    )]
}
