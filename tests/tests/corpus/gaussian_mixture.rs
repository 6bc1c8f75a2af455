//! Negative log-likelihood of a one-dimensional Gaussian mixture.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn gaussian_mixture(weights: &[f64], means: &[f64], log_scales: &[f64], data: &[f64]) -> f64 {
    let mut normaliser = 0.0;
    for k in 0..weights.len() {
        normaliser += weights[k].exp();
    }
    let mut nll = data.len() as f64 * normaliser.ln();
    for i in 0..data.len() {
        let mut density = 0.0;
        for k in 0..weights.len() {
            let z = (data[i] - means[k]) * (-log_scales[k]).exp();
            density += (weights[k] - log_scales[k] - 0.5 * z * z).exp();
        }
        nll -= density.ln();
    }
    nll
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>)> {
    vec![
        (
            vec![0.1, -0.4],
            vec![-1.0, 1.2],
            vec![0.2, -0.3],
            vec![-0.8, 0.3, 1.4],
        ),
        (vec![0.5], vec![0.1], vec![0.0], vec![0.7, -0.2]),
    ]
}
