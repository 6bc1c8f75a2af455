//! Every adaptor once: what a chain skips, takes and joins is what a loop over indices would.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn iter_adaptors(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>();
    sum += x.iter().enumerate().map(|(i, v)| v * i as f64).sum::<f64>();
    sum += x
        .iter()
        .rev()
        .skip(1)
        .step_by(2)
        .map(|v| v.sin())
        .sum::<f64>();
    sum += x
        .iter()
        .filter(|v| **v > 0.0)
        .take(2)
        .map(|v| v * v)
        .product::<f64>();
    sum += x.iter().take_while(|v| **v > 0.0).copied().sum::<f64>();
    sum += x
        .iter()
        .skip_while(|v| **v > 0.0)
        .cloned()
        .map(f64::abs)
        .sum::<f64>();
    sum += x.iter().chain(y).map(|v| v * sum).sum::<f64>();
    sum += y
        .iter()
        .flat_map(|b| x.iter().map(move |a| a * b))
        .sum::<f64>();
    sum
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![0.3, 1.2, -0.7, 0.8], vec![0.4, -0.9]),
        (vec![], vec![0.5]),
    ]
}
