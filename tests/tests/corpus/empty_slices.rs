//! Sums, folds and windows over slices that may be empty.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn empty_slices(x: &[f64], y: f64) -> f64 {
    let cut = x.len().min(2);
    let (head, tail) = x.split_at(cut);
    let sum: f64 = tail.iter().map(|v| v * y).sum();
    let product: f64 = tail.iter().product();
    let steps: f64 = tail.windows(2).map(|w| w[1] * w[0]).sum();
    let largest = tail.iter().fold(y, |a, b| a.max(*b));
    head.iter().map(|v| v.sin()).sum::<f64>() + sum + product * y + steps + largest
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![], 0.4),
        (vec![0.7], 0.3),
        (vec![0.3, 0.5], 0.8),
        (vec![0.3, 0.5, 1.4, 0.2], 0.8),
    ]
}
