//! Residuals of a damped oscillation and the sum that a Levenberg-Marquardt step reduces.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn levenberg_residuals(p: &[f64; 4], #[constant] t: &[f64], y: &[f64]) -> Vec<f64> {
    let [amplitude, decay, frequency, phase] = *p;
    t.iter()
        .zip(y)
        .map(|(t, y)| amplitude * (-decay * t).exp() * (frequency * t + phase).cos() - y)
        .collect()
}

pub fn points() -> Vec<([f64; 4], Vec<f64>, Vec<f64>)> {
    vec![(
        [1.2, 0.3, 2.0, 0.1],
        vec![0.0, 0.4, 0.9],
        vec![1.1, 0.6, -0.4],
    )]
}
