//! The sample covariance of two series.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
    let (mx, my) = (mean(x), mean(y));
    x.iter()
        .zip(y)
        .map(|(a, b)| (a - mx) * (b - my))
        .sum::<f64>()
        / (n - 1.0)
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.3, 1.2, -0.7], vec![0.5, 0.4, 0.9])]
}
