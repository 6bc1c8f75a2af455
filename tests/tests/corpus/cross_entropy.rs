//! Softmax cross-entropy of a slice of logits against one label.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn cross_entropy(logits: &[f64], label: usize) -> f64 {
    let mut largest = logits[0];
    for k in 1..logits.len() {
        largest = largest.max(logits[k]);
    }
    let mut total = 0.0;
    for k in 0..logits.len() {
        total += (logits[k] - largest).exp();
    }
    total.ln() + largest - logits[label]
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![0.2, -1.0, 0.5], 1),
        (vec![3.0, 1.0, 0.0, 2.0], 0),
        (vec![0.4], 0),
    ]
}
