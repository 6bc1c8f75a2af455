//! A matrix of vectors of vectors, built and contracted.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn gram_matrix(x: &[f64], jitter: f64) -> f64 {
    let n = x.len();
    let mut gram = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            gram[i][j] = (-(x[i] - x[j]) * (x[i] - x[j])).exp();
        }
        gram[i][i] += jitter;
    }
    let mut trace = 0.0;
    for i in 0..n {
        for j in 0..n {
            trace += gram[i][j] * gram[j][i];
        }
    }
    trace
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![1.1, 0.5, -0.3], 0.3), (vec![], 0.1)]
}
