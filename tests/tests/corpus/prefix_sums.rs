//! Running sums in place.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn prefix_sums(x: &mut [f64]) {
    for i in 1..x.len() {
        x[i] += x[i - 1];
    }
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, -0.5, 1.1],), (vec![2.0],), (vec![],)]
}
