//! A finite impulse response filter: each window against the taps, turned round.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn fir_filter(signal: &[f64], taps: &[f64]) -> Vec<f64> {
    signal
        .windows(taps.len())
        .map(|window| {
            window
                .iter()
                .zip(taps.iter().rev())
                .map(|(s, t)| s * t)
                .sum()
        })
        .collect()
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8], vec![0.5, 0.4])]
}
