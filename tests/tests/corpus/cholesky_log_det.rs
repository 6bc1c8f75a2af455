//! log det of A = B·Bᵀ + I through a Cholesky factor in nested arrays.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn cholesky_log_det(b: [[f64; 3]; 3]) -> f64 {
    let mut a = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            for k in 0..3 {
                a[i][j] += b[i][k] * b[j][k];
            }
        }
        a[i][i] += 1.0;
    }
    let mut log_det = 0.0;
    for j in 0..3 {
        for k in 0..j {
            a[j][j] -= a[j][k] * a[j][k];
        }
        a[j][j] = a[j][j].sqrt();
        log_det += 2.0 * a[j][j].ln();
        for i in j + 1..3 {
            for k in 0..j {
                a[i][j] -= a[i][k] * a[j][k];
            }
            a[i][j] /= a[j][j];
        }
    }
    log_det
}

pub fn points() -> Vec<([[f64; 3]; 3],)> {
    vec![
        ([[1.0, 0.2, -0.3], [0.5, 1.5, 0.1], [-0.2, 0.4, 0.9]],),
        ([[0.0; 3]; 3],),
    ]
}
