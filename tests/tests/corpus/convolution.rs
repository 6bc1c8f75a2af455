//! A one-dimensional convolution, valid part only.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn convolution(signal: &[f64], kernel: &[f64]) -> Vec<f64> {
    let n = signal.len() + 1 - kernel.len();
    let mut out = vec![0.0; n];
    for i in 0..n {
        for k in 0..kernel.len() {
            out[i] += signal[i + k] * kernel[kernel.len() - 1 - k];
        }
    }
    out
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![0.5, -0.3, 0.8, 1.1, 0.2], vec![0.25, 0.5, -1.0]),
        (vec![1.0, 2.0], vec![3.0, 4.0]),
    ]
}
