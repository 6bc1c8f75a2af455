//! Means of sliding windows.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn moving_average(x: &[f64], width: usize) -> Vec<f64> {
    x.windows(width)
        .map(|w| w.iter().sum::<f64>() / width as f64)
        .collect()
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8], 3), (vec![0.5], 2)]
}
