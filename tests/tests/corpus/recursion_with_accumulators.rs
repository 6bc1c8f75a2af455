//! Recursion that hands active accumulators down and takes a slice apart on the way.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn walk(x: &[f64], sum: f64, product: f64) -> f64 {
    match x {
        [] => sum * product,
        [first, rest @ ..] if *first > 1.0 => walk(rest, sum + first * product, product),
        [first, rest @ ..] => walk(rest, sum, product * (first + sum).cos()),
    }
}

#[differentiate]
pub fn recursion_with_accumulators(x: &[f64], start: f64) -> f64 {
    walk(x, start, 1.0) + walk(&x[1..], 1.0, start * start)
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.7, 1.3, -0.4, 2.1], 0.6), (vec![1.2], -0.3)]
}
