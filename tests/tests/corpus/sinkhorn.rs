//! Entropic optimal transport by Sinkhorn's iteration.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn sinkhorn(a: &[f64], b: &[f64], cost: &[Vec<f64>], epsilon: f64) -> f64 {
    let (n, m) = (a.len(), b.len());
    let mut u = vec![1.0; n];
    let mut v = vec![1.0; m];
    for _ in 0..5 {
        for i in 0..n {
            let mut s = 0.0;
            for j in 0..m {
                s += (-cost[i][j] / epsilon).exp() * v[j];
            }
            u[i] = a[i] / s;
        }
        for j in 0..m {
            let mut s = 0.0;
            for i in 0..n {
                s += (-cost[i][j] / epsilon).exp() * u[i];
            }
            v[j] = b[j] / s;
        }
    }
    let mut total = 0.0;
    for i in 0..n {
        for j in 0..m {
            total += u[i] * (-cost[i][j] / epsilon).exp() * v[j] * cost[i][j];
        }
    }
    total
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>, Vec<Vec<f64>>, f64)> {
    vec![(
        vec![0.6, 0.4],
        vec![0.3, 0.3, 0.4],
        vec![vec![0.1, 0.9, 0.5], vec![0.7, 0.2, 0.4]],
        0.5,
    )]
}
