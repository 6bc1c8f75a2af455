//! Recursion over a slice with index bounds, and an early return.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn segment(knots: &[f64], x: f64, from: usize, to: usize) -> f64 {
    if to - from == 1 {
        let t = (x - knots[from]) / (knots[to] - knots[from]);
        return t * t + from as f64;
    }
    let middle = (from + to) / 2;
    if x < knots[middle] {
        segment(knots, x, from, middle)
    } else {
        segment(knots, x, middle, to)
    }
}

#[differentiate(scalar)]
pub fn binary_search(knots: &[f64], x: f64) -> f64 {
    segment(knots, x, 0, knots.len() - 1)
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.0, 0.5, 0.9, 1.7, 2.0], 1.1), (vec![0.0, 0.5], 0.2)]
}
