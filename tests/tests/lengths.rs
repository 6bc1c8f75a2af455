//! Shadows and tangents of the wrong length are refused before anything else happens, by a panic
//! that names the parameter and both lengths.

// Loops over indices are what the macro reads.
#![allow(clippy::needless_range_loop)]

use autodiff_runtime::differentiate;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[differentiate]
fn weighted(weights: &[f64], samples: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..weights.len() {
        sum += weights[i] * samples[i];
    }
    sum
}

#[differentiate]
fn doubled(values: &mut [f64]) {
    for i in 0..values.len() {
        values[i] *= 2.0;
    }
}

#[differentiate]
fn total(owned: Vec<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..owned.len() {
        sum += owned[i];
    }
    sum
}

#[differentiate]
fn nested(table: &[Vec<f64>]) -> f64 {
    table[0][0] * table[1][1]
}

/// Runs `run`, which must panic with a message that holds all of `parts`.
#[track_caller]
fn assert_refused(parts: &[&str], run: impl FnOnce()) {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("no panic");
    let message = payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
        .expect("a message");
    for part in parts {
        assert!(message.contains(part), "`{message}` does not say {part}");
    }
}

const W: [f64; 3] = [1.0, 2.0, 3.0];
const S: [f64; 3] = [0.5, 0.25, 0.125];

#[test]
fn shadows_of_grad_into() {
    let (mut right, mut short) = ([0.0; 3], [0.0; 2]);
    assert_refused(&["weights", "3", "2"], || {
        weighted_grad_into(&W, &mut short, &S, &mut right);
    });
    assert_refused(&["samples", "3", "2"], || {
        weighted_grad_into(&W, &mut right, &S, &mut short);
    });
    assert_eq!(right, [0.0; 3], "nothing happens before the check");
}

#[test]
fn shadows_of_pullbacks() {
    let (mut right, mut long) = ([0.0; 3], [0.0; 7]);
    assert_refused(&["samples", "3", "7"], || {
        let (_, pullback) = weighted_vjp(&W, &S);
        pullback(1.0, &mut right, &mut long);
    });
    assert_eq!(right, [0.0; 3], "nothing happens before the check");
}

#[test]
fn tangents() {
    assert_refused(&["weights", "3", "1"], || {
        let _ = weighted_jvp(&W, &[1.0], &S, &S);
    });
    assert_refused(&["samples", "3", "0"], || {
        let _ = weighted_hvp(&W, &W, &S, &[]);
    });
}

#[test]
fn mutable_parameters() {
    let (mut values, mut short) = (W, [0.0; 2]);
    assert_refused(&["values", "3", "2"], || {
        doubled_jvp(&mut values, &mut short)
    });
    assert_eq!(values, W, "nothing happens before the check");
    assert_refused(&["values", "3", "2"], || {
        let ((), pullback) = doubled_vjp(&mut values);
        pullback(&mut short);
    });
}

#[test]
fn vectors_by_value() {
    let mut short = vec![0.0; 2];
    assert_refused(&["owned", "3", "2"], || {
        total_grad_into(W.to_vec(), &mut short);
    });
}

#[test]
fn inner_lengths() {
    let table = [vec![1.0, 2.0], vec![3.0, 4.0]];
    let mut shadow = vec![vec![0.0, 0.0], vec![0.0]];
    assert_refused(&["table", "2", "1"], || {
        nested_grad_into(&table, &mut shadow);
    });
}

#[test]
fn jacobians() {
    #[differentiate]
    fn pair(x: f64, y: f64) -> [f64; 2] {
        [x * y, x + y]
    }
    let mut small = [0.0; 3];
    assert_refused(&["jacobian", "4", "3"], || {
        pair_jacobian_into(1.0, 2.0, &mut small)
    });
}
