//! Huber losses of a linear fit, through a call.

use autodiff_runtime::differentiate;

use super::huber::huber;

#[differentiate(scalar)]
pub fn huber_sum(slope: f64, x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += huber(y[i] - slope * x[i], 0.8);
    }
    sum
}

pub fn points() -> Vec<(f64, Vec<f64>, Vec<f64>)> {
    vec![(0.7, vec![1.0, 2.0, -1.5, 0.3], vec![1.0, 5.0, -0.8, 0.2])]
}
