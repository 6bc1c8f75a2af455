//! A tuple of a number, an array and a vector.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn mixed_outputs(x: f64, y: f64) -> (f64, [f64; 2], Vec<f64>) {
    let product = x * y;
    (
        product,
        [product + x, product - y],
        vec![product * product; 2],
    )
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.5, 0.3)]
}
