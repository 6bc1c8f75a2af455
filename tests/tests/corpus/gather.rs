//! `v[i] = v[j]` along a permutation with fixed points, so that i = j happens.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn gather(v: &mut [f64], from: &[usize], to: &[usize]) {
    for k in 0..from.len() {
        v[to[k]] = v[from[k]];
        v[to[k]] *= v[from[k]];
    }
}

pub fn points() -> Vec<(Vec<f64>, Vec<usize>, Vec<usize>)> {
    vec![
        (vec![0.5, 2.0, -1.5], vec![0, 1, 2, 0], vec![0, 2, 1, 0]),
        (vec![0.5, 2.0], vec![1, 1], vec![1, 1]),
        (vec![0.5], vec![], vec![]),
    ]
}
