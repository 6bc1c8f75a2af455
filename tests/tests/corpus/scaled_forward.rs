//! The forward algorithm of a hidden Markov model, scaled at each step.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn scaled_forward(stay: &[f64], seen: &[usize]) -> f64 {
    let moves = [[stay[0], 1.0 - stay[0]], [1.0 - stay[1], stay[1]]];
    let emits = [[0.9, 0.1], [stay[2], 1.0 - stay[2]]];
    let mut state = [0.5, 0.5];
    let mut log_likelihood = 0.0;
    for &symbol in seen.iter() {
        let mut next = [0.0; 2];
        for (j, weight) in next.iter_mut().enumerate() {
            *weight = (0..2).map(|i| state[i] * moves[i][j]).sum::<f64>() * emits[j][symbol];
        }
        let total = next.iter().sum::<f64>();
        log_likelihood += total.ln();
        state = next.map(|weight| weight / total);
    }
    log_likelihood
}

pub fn points() -> Vec<(Vec<f64>, Vec<usize>)> {
    vec![
        (vec![0.7, 0.8, 0.3], vec![0, 1, 1, 0]),
        (vec![0.6, 0.5, 0.4], vec![]),
    ]
}
