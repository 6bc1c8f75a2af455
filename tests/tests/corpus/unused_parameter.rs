//! A parameter that is not used, and one that is only compared.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn unused_parameter(x: f64, _spare: f64, threshold: f64, unused: &[f64]) -> f64 {
    if x > threshold {
        x * x
    } else {
        -x + unused.len() as f64
    }
}

pub fn points() -> Vec<(f64, f64, f64, Vec<f64>)> {
    vec![(2.0, 1.0, 0.5, vec![1.0, 2.0]), (0.2, 1.0, 0.5, vec![])]
}
