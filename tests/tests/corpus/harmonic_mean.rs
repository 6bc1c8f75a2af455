//! Harmonic mean.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn harmonic_mean(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i].recip();
    }
    x.len() as f64 / sum
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![1.0, 2.0, 4.0],), (vec![0.5, 0.6, 1.7, 2.2],)]
}
