//! Methods that rearrange, copy, split and sort.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn slice_operations(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.reverse();
    v.rotate_left(1);
    v.swap(0, 1);
    let (low, high) = v.split_at(2);
    let mut product = low[0] * high[0] + low.iter().sum::<f64>();
    let mut w = vec![0.0; v.len()];
    w.copy_from_slice(&v);
    w[..2].fill(product);
    w.sort_by(|a, b| b.total_cmp(a));
    let (left, right) = w.split_at_mut(2);
    left.swap_with_slice(&mut right[..2]);
    left[0] *= right[1];
    let old = std::mem::replace(&mut product, w[0]);
    let taken = std::mem::take(&mut v);
    v.push(old);
    [v, taken, w]
        .concat()
        .iter()
        .enumerate()
        .map(|(i, t)| t * t * (1.0 + i as f64))
        .sum::<f64>()
        * product
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8],)]
}
