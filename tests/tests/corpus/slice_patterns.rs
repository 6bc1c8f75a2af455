//! `match` on the length of an active slice, taking its ends.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn slice_patterns(x: &[f64]) -> f64 {
    match x {
        [] => 0.0,
        [only] => only * only,
        [a, b] => a * b,
        [first, rest @ ..] if rest.len() > 3 => {
            let mut product = *first;
            for k in 0..rest.len() {
                product *= rest[k];
            }
            product
        }
        [first, .., before, last] => first * last - before.sin(),
    }
}

pub fn points() -> Vec<(Vec<f64>,)> {
    (0..7)
        .map(|n| ((0..n).map(|k| 0.5 + 0.3 * k as f64).collect(),))
        .collect()
}
