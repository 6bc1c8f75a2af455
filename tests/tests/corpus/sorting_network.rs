//! Compare-and-swap on elements of a slice, through a helper.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn compare_and_swap(v: &mut [f64], i: usize, j: usize) {
    if v[i] > v[j] {
        let t = v[i];
        v[i] = v[j];
        v[j] = t;
    }
}

#[differentiate(scalar)]
pub fn sorting_network(v: &mut [f64]) {
    for i in 0..v.len() {
        for j in i + 1..v.len() {
            compare_and_swap(v, i, j);
        }
        v[i] *= v[i] * (i + 1) as f64;
    }
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![3.0, 1.0, 2.0, 0.5],), (vec![-1.0, 1.0],), (vec![],)]
}
