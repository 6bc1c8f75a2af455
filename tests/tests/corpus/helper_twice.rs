//! A helper that changes a slice in place, called twice.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn smooth(x: &mut [f64], strength: f64) {
    for i in 1..x.len() {
        x[i] += strength * x[i - 1] * x[i];
    }
}

#[differentiate(scalar)]
pub fn helper_twice(x: &[f64], strength: f64) -> f64 {
    let mut y = x.to_vec();
    smooth(&mut y, strength);
    smooth(&mut y, 2.0 * strength);
    let mut sum = 0.0;
    for i in 0..y.len() {
        sum += y[i] * y[i];
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.5, -0.3, 0.8, 1.1], 0.4),
        (vec![0.2], 0.4),
        (vec![], 0.1),
    ]
}
