//! Diffusion by the Crank-Nicolson scheme, each step solved by the Thomas algorithm in place.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn crank_nicolson(u: &mut [f64], r: f64, #[constant] steps: usize) {
    let n = u.len();
    let mut c = vec![0.0; n];
    let mut d = vec![0.0; n];
    for _ in 0..steps {
        for i in 1..n - 1 {
            d[i] = u[i] + 0.5 * r * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        for i in 1..n - 1 {
            let below = if i == 1 { 0.0 } else { -0.5 * r };
            let pivot = 1.0 + r - below * c[i - 1];
            c[i] = -0.5 * r / pivot;
            d[i] = (d[i] - below * d[i - 1]) / pivot;
        }
        u[n - 1] = 0.0;
        for i in (1..n - 1).rev() {
            u[i] = d[i] - c[i] * u[i + 1];
        }
    }
}

pub fn points() -> Vec<(Vec<f64>, f64, usize)> {
    vec![(vec![0.0, 0.3, 1.0, 0.6, 0.2, 0.0], 0.4, 3)]
}
