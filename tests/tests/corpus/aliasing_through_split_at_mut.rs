//! Both halves of a slice changed by each other through `split_at_mut`.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn aliasing_through_split_at_mut(x: &mut [f64], k: f64) {
    let half = x.len() / 2;
    let (left, right) = x.split_at_mut(half);
    for i in 0..half {
        left[i] += k * right[i] * right[i];
        right[i] *= left[i].cos();
        left[i] = right[i] * left[i];
    }
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.3, 0.8, -0.4, 1.1], 0.7)]
}
