//! A `Vec` that grows and shrinks: the adjoint shrinks and grows with it.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn vec_growth(x: f64, n: usize) -> Vec<f64> {
    let mut v = Vec::new();
    for i in 0..n {
        v.push(x * i as f64);
        if i > 0 {
            v[i] += v[i - 1] * v[i - 1];
        }
    }
    v.pop();
    v.push(x.sin());
    v.insert(0, x * x);
    let first = v.remove(0);
    v.extend_from_slice(&[first, x]);
    v.truncate(5);
    v.resize(4, x.cos());
    v.extend(vec![x, first].iter().map(|t| t * first));
    v
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.7, 3), (0.3, 7), (0.2, 0)]
}
