//! The expansion must compile in the edition of the user's crate, here 2021: `gen` is a name,
//! `impl Trait` does not capture lifetimes by itself, and tail temporaries live longer.
#![deny(warnings, rust_2018_idioms)]
#![forbid(unsafe_code)]
// Loops over indices are what the macro reads.
#![allow(clippy::needless_range_loop)]

use autodiff_runtime::differentiate;

/// Σ aᵢ·gen.
#[differentiate]
pub fn weighted(a: &[f64], gen: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.len() {
        sum += scaled(a[i], gen);
    }
    sum
}

#[differentiate]
fn scaled(x: f64, factor: f64) -> f64 {
    if x > 0.0 {
        return factor * x;
    }
    factor * x.tanh()
}

/// xᵢ ← xᵢ·xᵢ₋₁, in place.
#[differentiate]
pub fn chained(x: &mut [f64]) {
    for i in 1..x.len() {
        x[i] *= x[i - 1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients() {
        let (a, gen) = weighted_grad(&[0.5, 2.0], 3.0);
        assert_eq!(a, [3.0, 3.0]);
        assert_eq!(gen, 2.5);
    }

    #[test]
    fn pullbacks_of_references() {
        let mut shadow = vec![0.0; 2];
        let (value, pullback) = weighted_vjp(&[0.5, 2.0], 3.0);
        assert_eq!(value, 7.5);
        assert_eq!(pullback(2.0, &mut shadow), 5.0);
        assert_eq!(shadow, [6.0, 6.0]);
    }

    #[test]
    fn in_place() {
        let mut x = [2.0, 3.0, 5.0];
        let jacobian = chained_jacobian(&mut x);
        let rows = [[1.0, 0.0, 0.0], [3.0, 2.0, 0.0], [15.0, 10.0, 6.0]];
        for (i, row) in rows.iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                assert_eq!(jacobian[(i, j)], *entry);
            }
        }
    }
}
