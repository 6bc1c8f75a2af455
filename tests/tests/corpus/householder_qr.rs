//! Least squares by Householder reflections, the matrix reduced in place, then back substitution.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn householder_qr(matrix: [[f64; 2]; 3], rhs: [f64; 3]) -> [f64; 2] {
    let mut a = matrix;
    let mut b = rhs;
    for k in 0..2 {
        let mut norm = 0.0;
        for i in k..3 {
            norm += a[i][k] * a[i][k];
        }
        let alpha = if a[k][k] > 0.0 {
            -norm.sqrt()
        } else {
            norm.sqrt()
        };
        let mut v = [0.0; 3];
        v[k] = a[k][k] - alpha;
        for i in k + 1..3 {
            v[i] = a[i][k];
        }
        let mut vv = 0.0;
        for i in k..3 {
            vv += v[i] * v[i];
        }
        for j in k..2 {
            let mut s = 0.0;
            for i in k..3 {
                s += v[i] * a[i][j];
            }
            for i in k..3 {
                a[i][j] -= 2.0 * s / vv * v[i];
            }
        }
        let mut s = 0.0;
        for i in k..3 {
            s += v[i] * b[i];
        }
        for i in k..3 {
            b[i] -= 2.0 * s / vv * v[i];
        }
    }
    let mut x = [0.0; 2];
    for k in (0..2).rev() {
        let mut s = b[k];
        for j in k + 1..2 {
            s -= a[k][j] * x[j];
        }
        x[k] = s / a[k][k];
    }
    x
}

pub fn points() -> Vec<([[f64; 2]; 3], [f64; 3])> {
    vec![([[1.0, 0.2], [1.0, 0.9], [1.0, 1.7]], [0.3, 1.1, 1.6])]
}
