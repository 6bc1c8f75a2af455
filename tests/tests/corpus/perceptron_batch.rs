//! A batch through a small network with weights as nested vectors; mean cross-entropy.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn perceptron_batch(
    w: &[Vec<f64>],
    b: &[f64],
    x: &[Vec<f64>],
    #[constant] labels: &[usize],
) -> f64 {
    let mut loss = 0.0;
    for (x, &label) in x.iter().zip(labels.iter()) {
        let logits: Vec<f64> = w
            .iter()
            .zip(b)
            .map(|(row, b)| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b)
            .collect();
        let top = logits.iter().fold(f64::MIN, |a, b| a.max(*b));
        let total: f64 = logits.iter().map(|z| (z - top).exp()).sum();
        loss += total.ln() + top - logits[label];
    }
    loss / x.len() as f64
}

pub fn points() -> Vec<(Vec<Vec<f64>>, Vec<f64>, Vec<Vec<f64>>, Vec<usize>)> {
    vec![(
        vec![vec![0.3, -0.2], vec![0.5, 0.8], vec![-0.4, 0.1]],
        vec![0.1, 0.0, -0.2],
        vec![vec![1.0, 0.4], vec![-0.3, 0.9]],
        vec![2, 1],
    )]
}
