//! Variables and loop counters that shadow each other, parameters included.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn shadowed_names(x: f64, y: &[f64]) -> f64 {
    let x = x * x;
    let mut sum = x;
    for i in 0..y.len() {
        let x = y[i] * x;
        for i in 0..2 {
            let x = x + i as f64;
            let sum_here = sum * x;
            sum += 0.1 * sum_here;
        }
        let y = x.sin();
        sum += y;
    }
    let y = sum + x;
    let sum = y * x;
    sum
}

pub fn points() -> Vec<(f64, Vec<f64>)> {
    vec![(0.9, vec![0.5, -0.4]), (1.2, vec![])]
}
