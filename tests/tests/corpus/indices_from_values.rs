//! Integers computed from active values, inside of patterns, ranges and iterators.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn indices_from_values(x: &[f64], at: f64) -> f64 {
    let (cell, last) = (at.floor() as usize, x.len() - 1);
    let k = cell.min(last);
    let mut sum = x[k] * at;
    for i in 0..=k {
        sum += x[i] * at;
    }
    for i in (at as usize)..x.len() {
        sum *= x[i];
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.7, 0.3, 1.1], 1.25), (vec![0.7, 0.3, 1.1], 7.5)]
}
