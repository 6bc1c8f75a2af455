//! log Σ exp xᵢ, shifted by the largest element.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn log_sum_exp(x: &[f64]) -> f64 {
    let mut largest = x[0];
    for i in 1..x.len() {
        if x[i] > largest {
            largest = x[i];
        }
    }
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - largest).exp();
    }
    largest + sum.ln()
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![0.1, 0.7, -0.3, 2.0],),
        (vec![1000.0, 999.0],),
        (vec![-3.0],),
    ]
}
