//! A vector that every call makes longer, and that starts over with another length.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn longer(v: Vec<f64>, last: f64) -> Vec<f64> {
    let mut longer = vec![last; v.len() + 1];
    for i in 0..v.len() {
        longer[i] = v[i] * last;
    }
    longer
}

#[differentiate]
pub fn growing_vector(x: f64, n: usize) -> f64 {
    let mut v = vec![x];
    for i in 0..n {
        if i != 1 {
            v = longer(v, x);
        }
        let a = v[i % v.len()];
        v = vec![a * x, a];
        v = longer(v, a);
    }
    let mut sum = 0.0;
    for i in 0..v.len() {
        sum += v[i] * v[0];
    }
    sum
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.7, 3), (-1.2, 0)]
}
