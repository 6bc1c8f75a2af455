//! Negative log-likelihood of a random walk observed with noise, by the scalar Kalman filter.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn kalman(observations: &[f64], log_process: f64, log_noise: f64) -> f64 {
    let process = log_process.exp();
    let noise = log_noise.exp();
    let mut mean = 0.0;
    let mut variance = 10.0;
    let mut nll = 0.0;
    for t in 0..observations.len() {
        variance += process;
        let innovation = observations[t] - mean;
        let total = variance + noise;
        nll += 0.5 * (total.ln() + innovation * innovation / total);
        let gain = variance / total;
        mean += gain * innovation;
        variance *= 1.0 - gain;
    }
    nll
}

pub fn points() -> Vec<(Vec<f64>, f64, f64)> {
    vec![
        (vec![0.3, 0.5, 0.1, -0.2, 0.6], -1.0, -0.5),
        (vec![], 0.1, 0.2),
    ]
}
