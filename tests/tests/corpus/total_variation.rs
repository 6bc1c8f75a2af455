//! Denoising: fidelity plus smoothed total variation, after some steps of gradient descent.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn total_variation(noisy: &[f64], weight: f64, rate: f64) -> f64 {
    let n = noisy.len();
    let mut x = noisy.to_vec();
    for _ in 0..3 {
        let mut g = vec![0.0; n];
        for i in 0..n {
            g[i] = x[i] - noisy[i];
        }
        for i in 0..n - 1 {
            let d = x[i + 1] - x[i];
            let s = weight * d / (d * d + 0.01).sqrt();
            g[i + 1] += s;
            g[i] -= s;
        }
        for (x, g) in x.iter_mut().zip(&g) {
            *x -= rate * g;
        }
    }
    x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>() + x[0]
}

pub fn points() -> Vec<(Vec<f64>, f64, f64)> {
    vec![(vec![0.1, 0.9, 0.2, 0.7], 0.3, 0.1)]
}
