//! Log-likelihood of a mixture of normal distributions, weights by their logarithms, through the rule of `logsumexp`.

use autodiff_runtime::differentiate;
use autodiff_runtime::special::logsumexp;

#[differentiate]
pub fn mixture_log_likelihood(logits: &[f64], means: &[f64], data: &[f64]) -> f64 {
    let n = logits.len();
    let mut total = 0.0;
    for j in 0..data.len() {
        let mut terms = vec![0.0; n];
        for k in 0..n {
            let distance = data[j] - means[k];
            terms[k] = logits[k] - 0.5 * distance * distance;
        }
        total += logsumexp(&terms);
    }
    total - data.len() as f64 * logsumexp(logits)
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>, Vec<f64>)> {
    vec![(vec![0.2, -0.4, 0.1], vec![-1.0, 0.5, 2.0], vec![0.3, -2.0])]
}
