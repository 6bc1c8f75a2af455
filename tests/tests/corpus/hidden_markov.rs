//! Log-likelihood of a two-state chain by the scaled forward algorithm.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn hidden_markov(stay: [f64; 2], emission: &[[f64; 3]; 2], symbols: &[usize]) -> f64 {
    let mut alpha = [0.5, 0.5];
    let mut log_likelihood = 0.0;
    for t in 0..symbols.len() {
        let a = (alpha[0] * stay[0] + alpha[1] * (1.0 - stay[1])) * emission[0][symbols[t]];
        let b = (alpha[0] * (1.0 - stay[0]) + alpha[1] * stay[1]) * emission[1][symbols[t]];
        let scale = a + b;
        log_likelihood += scale.ln();
        alpha = [a / scale, b / scale];
    }
    log_likelihood
}

pub fn points() -> Vec<([f64; 2], [[f64; 3]; 2], Vec<usize>)> {
    let emission = [[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]];
    vec![
        ([0.8, 0.7], emission, vec![0, 2, 1, 2]),
        ([0.8, 0.7], emission, vec![]),
    ]
}
