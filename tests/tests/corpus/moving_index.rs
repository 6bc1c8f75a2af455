//! An index that moves between the reading and the writing of an element.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn moving_index(x: &[f64], start: usize) -> f64 {
    let mut v = x.to_vec();
    let mut k = start;
    while k + 1 < v.len() {
        v[k] += v[k] * v[k];
        k += 1;
        v[k] *= v[k - 1];
        if v[k] > 2.0 {
            k += 1;
        }
    }
    v[k] * v[start]
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![0.5, 1.2, -0.7, 0.9, 1.1], 0),
        (vec![1.5, 1.2, -0.7, 0.9], 0),
        (vec![0.3, 0.4], 1),
    ]
}
