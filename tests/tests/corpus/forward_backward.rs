//! The forward and backward pass of a hidden Markov model, with scaling; posterior of one state.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn forward_backward(stay: f64, emit: [f64; 2], #[constant] symbols: &[usize]) -> f64 {
    let t = symbols.len();
    let likelihood = |s: usize, o: usize| if o == 1 { emit[s] } else { 1.0 - emit[s] };
    let mut alpha = vec![[0.5, 0.5]; t];
    for k in 0..t {
        let before = if k == 0 { [0.5, 0.5] } else { alpha[k - 1] };
        let a0 = (before[0] * stay + before[1] * (1.0 - stay)) * likelihood(0, symbols[k]);
        let a1 = (before[0] * (1.0 - stay) + before[1] * stay) * likelihood(1, symbols[k]);
        alpha[k] = [a0 / (a0 + a1), a1 / (a0 + a1)];
    }
    let mut beta = [1.0, 1.0];
    for k in (1..t).rev() {
        let (e0, e1) = (likelihood(0, symbols[k]), likelihood(1, symbols[k]));
        let b0 = stay * e0 * beta[0] + (1.0 - stay) * e1 * beta[1];
        let b1 = (1.0 - stay) * e0 * beta[0] + stay * e1 * beta[1];
        beta = [b0 / (b0 + b1), b1 / (b0 + b1)];
    }
    alpha[0][0] * beta[0] / (alpha[0][0] * beta[0] + alpha[0][1] * beta[1])
}

pub fn points() -> Vec<(f64, [f64; 2], Vec<usize>)> {
    vec![(0.8, [0.7, 0.2], vec![1, 0, 1, 1])]
}
