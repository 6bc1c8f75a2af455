//! Squared error of a Fourier series with two harmonics and an active frequency.

use autodiff_runtime::differentiate;

#[differentiate(scalar, wrt(coefficients, frequency))]
pub fn fourier_fit(coefficients: &[f64; 5], frequency: f64, times: &[f64], values: &[f64]) -> f64 {
    let mut error = 0.0;
    for i in 0..times.len() {
        let mut model = coefficients[0];
        for k in 1..=2 {
            let phase = k as f64 * frequency * times[i];
            model += coefficients[2 * k - 1] * phase.cos() + coefficients[2 * k] * phase.sin();
        }
        error += (model - values[i]).powi(2);
    }
    error
}

pub fn points() -> Vec<([f64; 5], f64, Vec<f64>, Vec<f64>)> {
    vec![(
        [0.1, 0.5, -0.3, 0.2, 0.7],
        1.3,
        vec![0.0, 0.4, 0.9, 1.7],
        vec![0.3, 0.8, 0.1, -0.5],
    )]
}
