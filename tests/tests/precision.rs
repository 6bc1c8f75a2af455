//! Functions that compute in both precisions. A rounding is a step function, so that finite
//! differences say nothing; the derivatives are those of the same formula without the casts.

#![allow(clippy::useless_conversion, reason = "it is one of the casts tested")]

use autodiff_runtime::differentiate;

#[differentiate]
fn with_casts(x: f64, y: f64) -> f64 {
    let narrow = x as f32;
    let mut sum = narrow * 2.0;
    sum += 0.5_f32;
    let pair: [f32; 2] = [sum, narrow * sum];
    let wide = f64::from(pair[1]) + pair[0] as f64 * y;
    let same = f64::from(y) * x.exp();
    if narrow > 0.0 {
        wide * same.sin()
    } else {
        wide - f64::from(narrow.mul_add(sum, 1.0))
    }
}

#[differentiate]
fn without_casts(x: f64, y: f64) -> f64 {
    let sum = x * 2.0 + 0.5;
    let wide = x * sum + sum * y;
    let same = y * x.exp();
    if x > 0.0 {
        wide * same.sin()
    } else {
        wide - (x * sum + 1.0)
    }
}

#[differentiate]
fn wide_inside(x: f32, #[constant] step: f64) -> f32 {
    let h = 0.25;
    let mut total = f64::from(x) * step;
    for _ in 0..4 {
        total = total * h + total.cos();
    }
    total as f32
}

#[differentiate]
fn mixed(x: f64, y: f32) -> f64 {
    x * f64::from(y * y)
}

/// Of a rounded value, only seven digits are left.
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-6 * b.abs().max(1.0), "{a} and {b}");
}

#[test]
fn casts_are_linear_in_every_mode() {
    for (x, y) in [(0.75, 1.5), (-0.5, 0.25), (0.7, -1.3)] {
        let (value, (dx, dy)) = with_casts_value_and_grad(x, y);
        assert_eq!(value, with_casts(x, y));
        let (ex, ey) = without_casts_grad(x, y);
        close(dx, ex);
        close(dy, ey);
        let (_, dot) = with_casts_jvp(x, 0.3, y, -0.7);
        close(dot, 0.3 * ex - 0.7 * ey);
        let (found, expected) = (with_casts_hessian(x, y), without_casts_hessian(x, y));
        for (a, b) in found.iter().zip(expected.iter()) {
            close(*a, *b);
        }
    }
}

#[test]
fn a_function_of_one_precision_may_compute_in_the_other() {
    let h = 1e-6;
    let by_hand = |x: f64| (0..4).fold(x * 0.5, |total, _| total * 0.25 + total.cos());
    let slope = (by_hand(0.6 + h) - by_hand(0.6 - h)) / (2.0 * h);
    assert!((f64::from(wide_inside_grad(0.6, 0.5)) - slope).abs() < 1e-5);
    assert_eq!(mixed_grad(2.0, 3.0), (9.0, 12.0));
}
