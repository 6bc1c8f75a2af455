//! Geometric mean.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn geometric_mean(x: &[f64]) -> f64 {
    let mut product = 1.0;
    for i in 0..x.len() {
        product *= x[i];
    }
    product.powf(1.0 / x.len() as f64)
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![1.0, 2.0, 4.0],),
        (vec![0.5, 0.6, 1.7, 2.2],),
        (vec![3.0],),
    ]
}
