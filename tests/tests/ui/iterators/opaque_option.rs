//! A closure whose `Option` cannot be seen through.

use autodiff_runtime::differentiate;

fn positive(v: f64) -> Option<f64> {
    (v > 0.0).then_some(v)
}

#[differentiate]
fn sum_of_positive(x: &[f64]) -> f64 {
    x.iter().filter_map(|v| positive(*v)).sum()
}

fn main() {}
