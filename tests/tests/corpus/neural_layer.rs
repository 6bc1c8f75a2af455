//! Two layers with `map`, softmax and cross-entropy with `zip_map`.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};

#[differentiate]
pub fn neural_layer(
    w1: &DMatrix<f64>,
    b1: &DVector<f64>,
    w2: &DMatrix<f64>,
    b2: &DVector<f64>,
    x: &DVector<f64>,
    y: &DVector<f64>,
) -> f64 {
    let hidden = (w1 * x + b1).map(|z| z.tanh());
    let logits = w2 * hidden + b2;
    let max = logits.max();
    let exps = logits.map(|z| (z - max).exp());
    let p = &exps / exps.sum();
    -y.zip_map(&p, |t, p| t * p.ln()).sum()
}
pub fn points() -> Vec<(
    DMatrix<f64>,
    DVector<f64>,
    DMatrix<f64>,
    DVector<f64>,
    DVector<f64>,
    DVector<f64>,
)> {
    vec![(
        DMatrix::from_row_slice(2, 2, &[0.3, -0.4, 0.5, 0.1]),
        DVector::from_vec(vec![0.1, 0.2]),
        DMatrix::from_row_slice(2, 2, &[0.7, 0.4, -0.5, 0.2]),
        DVector::from_vec(vec![0.1, -0.2]),
        DVector::from_vec(vec![0.5, -0.7]),
        DVector::from_vec(vec![0.2, 0.8]),
    )]
}
