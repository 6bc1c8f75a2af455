//! Active values looked up at constant positions that are iterated over.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn gather_by_iterator(x: &[f64], at: &[usize]) -> f64 {
    let squares: f64 = at.iter().map(|&i| x[i] * x[i]).sum();
    let mixed: f64 = at.iter().zip(x).map(|(&i, v)| v * x[i]).sum();
    (0..x.len()).map(|i| x[i] * i as f64).sum::<f64>() * squares + mixed
}

pub fn points() -> Vec<(Vec<f64>, Vec<usize>)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8], vec![3, 1, 1])]
}
