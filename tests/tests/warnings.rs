//! A crate that denies every warning and forbids `unsafe` can use the attribute on code that itself
//! causes none.
#![deny(
    warnings,
    unused,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    rust_2024_compatibility
)]
#![deny(
    unreachable_pub,
    unused_qualifications,
    trivial_casts,
    trivial_numeric_casts
)]
#![deny(clippy::all, clippy::pedantic)]
// Loops over indices are what the macro reads.
#![allow(clippy::needless_range_loop)]
#![forbid(unsafe_code)]

use autodiff_runtime::differentiate;

/// Not one of the siblings is used.
#[differentiate]
#[allow(dead_code)]
fn unused(x: f64) -> f64 {
    x * x
}

/// Documented, with attributes that make sense on siblings and some that do not.
#[differentiate(scalar)]
#[must_use]
#[inline]
pub(crate) fn decorated(x: f64, _ignored: &[f64], mut y: f64) -> f64 {
    y += x;
    y * x.max(0.0)
}

#[differentiate]
#[cfg(not(any()))]
#[doc(hidden)]
fn conditional(x: &mut [f64], n: usize) {
    for _ in 0..n {
        for value in 0..x.len() {
            x[value] *= 2.0;
        }
    }
}

#[differentiate]
#[allow(clippy::many_single_char_names, non_snake_case)]
fn Matrix(A: [[f64; 2]; 2]) -> f64 {
    A[0][0] * A[1][1] - A[0][1] * A[1][0]
}

#[differentiate(wrt(x))]
fn partly(x: f64, unused_constant: f64, label: &str) -> f64 {
    if label.is_empty() {
        x
    } else {
        x * unused_constant
    }
}

#[differentiate]
fn dead_ends(x: f64, n: usize) -> f64 {
    let constant = 3.0;
    let mut y = x;
    if n > 2 {
        return constant;
    }
    while y < 1.0 {
        y *= 2.0;
        if y > 0.75 {
            break;
        }
    }
    y
}

#[test]
#[allow(clippy::float_cmp)]
fn derivatives() {
    assert_eq!(decorated_grad(2.0, &[], 1.0), (5.0, vec![], 2.0));
    let mut x = [1.0, 2.0];
    let mut x_dot = [1.0, 0.0];
    conditional_jvp(&mut x, &mut x_dot, 3);
    assert_eq!((x, x_dot), ([8.0, 16.0], [8.0, 0.0]));
    assert_eq!(
        Matrix_grad([[1.0, 2.0], [3.0, 4.0]]),
        [[4.0, -3.0], [-2.0, 1.0]]
    );
    assert_eq!(partly_grad(2.0, 5.0, "named"), 5.0);
    assert_eq!((dead_ends_grad(0.3, 0), dead_ends_grad(0.3, 3)), (4.0, 0.0));
}
