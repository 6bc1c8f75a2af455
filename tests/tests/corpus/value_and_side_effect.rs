//! Calls that return a value and change their argument, in an expression with both.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn pop_half(x: &mut [f64], k: usize) -> f64 {
    let taken = 0.5 * x[k] * x[k];
    x[k] -= taken;
    if x[k] < 0.0 {
        return 0.0;
    }
    taken
}

#[differentiate(scalar)]
pub fn value_and_side_effect(x: &[f64]) -> f64 {
    let mut stock = x.to_vec();
    let mut total = 1.0;
    for k in 0..stock.len() {
        total = total * pop_half(&mut stock, k) + pop_half(&mut stock, 0) * total;
        total += stock[k];
    }
    total
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, 1.2, 0.7],), (vec![0.5, 2.5, 0.7],), (vec![],)]
}
