//! Running products in place, backwards.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn prefix_products(x: &mut [f64], scale: f64) {
    for i in (0..x.len() - 1).rev() {
        x[i] *= x[i + 1] * scale;
    }
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.3, -0.5, 1.1], 1.2), (vec![2.0], 0.5)]
}
