//! Conditions and patterns joined by `&&`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn let_chains(x: &[f64], order: &[usize]) -> f64 {
    let mut sum = 1.0;
    for i in 0..order.len() {
        if let Some(next) = order.get(i + 1)
            && *next < x.len()
            && x[*next] > 0.0
        {
            sum *= x[*next];
        } else if sum > 0.5
            && let [first, .., last] = x
            && first < last
        {
            sum += first * last;
        } else {
            sum -= x[0] * 0.25;
        }
    }
    let value = if x.len() > 2
        && let Some(k) = order.first()
        && let [_, second, ..] = x
    {
        second * *k as f64
    } else {
        sum
    };
    value * sum
}

pub fn points() -> Vec<(Vec<f64>, Vec<usize>)> {
    vec![
        (vec![0.7, 0.3, 1.1], vec![1, 2, 0, 7]),
        (vec![1.7, -0.3, 1.1], vec![1, 1, 0, 7]),
        (vec![0.4, 0.6], vec![1, 9]),
        (vec![0.4], vec![]),
    ]
}
