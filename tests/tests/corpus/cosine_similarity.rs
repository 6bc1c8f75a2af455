//! a·b / (|a| |b|).

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn cosine_similarity(a: &[f64], b: &[f64]) -> f64 {
    let dot: f64 = a.iter().zip(b.iter()).map(|(x, y)| x * y).sum();
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    dot / (norm(a) * norm(b))
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.3, 1.2, -0.7], vec![0.5, 0.4, 0.9])]
}
