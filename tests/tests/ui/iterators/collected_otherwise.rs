//! Active values collected into something else than a `Vec`.

use autodiff_runtime::differentiate;
use std::collections::VecDeque;

#[differentiate]
fn first_square(x: &[f64]) -> f64 {
    let squares = x.iter().map(|v| v * v).collect::<VecDeque<f64>>();
    squares[0]
}

fn main() {}
