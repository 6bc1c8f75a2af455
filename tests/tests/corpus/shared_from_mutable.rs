//! A `&mut` parameter handed on as a shared reference, as itself and as `&*x`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn add_scaled(a: &mut [f64], b: &[f64], c: f64) -> f64 {
    for i in 0..a.len() {
        a[i] += b[i] * c;
    }
    a[0] * b[0]
}

#[differentiate(scalar)]
pub fn shared_from_mutable(x: &mut [f64], y: &[f64]) -> f64 {
    let first = add_scaled(x, y, y[0]);
    let mut z = y.to_vec();
    let second = add_scaled(&mut z, x, first);
    let third = add_scaled(&mut z, &*x, second);
    add_scaled(x, &z, third) + x[0] * z[0]
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.3, 0.2], vec![1.0, 0.5])]
}
