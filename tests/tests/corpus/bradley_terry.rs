//! Log-likelihood of paired comparisons: strengths picked by constant index slices.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn bradley_terry(strengths: &[f64], winners: &[usize], losers: &[usize]) -> f64 {
    let mut log_likelihood = 0.0;
    for game in 0..winners.len() {
        let margin = strengths[winners[game]] - strengths[losers[game]];
        log_likelihood -= (-margin).exp().ln_1p();
    }
    log_likelihood
}

pub fn points() -> Vec<(Vec<f64>, Vec<usize>, Vec<usize>)> {
    vec![
        (
            vec![0.5, -0.2, 0.1],
            vec![0, 0, 2, 1, 1],
            vec![1, 2, 1, 2, 1],
        ),
        (vec![0.3], vec![], vec![]),
    ]
}
