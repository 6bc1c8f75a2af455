//! Loops that are rewritten (slices of their own length, elements read again, no copies, sums run
//! forwards, tangents instead of records) give the values, gradients and panics of the function.

#![allow(
    clippy::assign_op_pattern,
    reason = "plain assignments are what is tested"
)]

use autodiff_runtime::differentiate;

/// Gradient by reverse mode against tangents, one a direction: exact up to rounding.
macro_rules! assert_agree {
    ($x:expr, $value:expr, $grad:expr, $jvp:expr) => {{
        let x: Vec<f64> = $x;
        let (value, grad): (f64, Vec<f64>) = $grad(&x);
        assert_eq!(value.to_bits(), $value(&x).to_bits());
        for k in 0..x.len() {
            let mut dot = vec![0.0; x.len()];
            dot[k] = 1.0;
            let (again, tangent): (f64, f64) = $jvp(&x, &dot);
            assert_eq!(value.to_bits(), again.to_bits());
            let close = (grad[k] - tangent).abs() <= 1e-13 * (1.0 + tangent.abs());
            assert!(
                close,
                "{k}: {} by reverse, {tangent} by forward mode",
                grad[k]
            );
        }
    }};
}

fn wave(n: usize) -> Vec<f64> {
    (0..n).map(|i| (1.7 * i as f64 + 0.3).sin()).collect()
}

/// A row of `y` is written, changed and read in one iteration; rows do not meet.
#[differentiate]
fn rows(x: &[f64], d: usize) -> f64 {
    let k = x.len() / d;
    let mut y = vec![0.0; k * d];
    let mut sum = 0.0;
    for j in 0..k {
        for i in 0..d {
            y[j * d + i] = x[j * d + i].sin();
        }
        for c in 0..d - 1 {
            for i in 0..d - 1 - c {
                y[j * d + c + 1 + i] += x[j * d + c] * x[j * d + i];
            }
        }
        for i in 0..d {
            sum += y[j * d + i] * y[j * d + i] * y[j * d + i];
        }
    }
    sum
}

#[test]
fn rows_that_do_not_meet() {
    for (n, d) in [(12, 4), (6, 1), (15, 5)] {
        assert_agree!(
            wave(n),
            |x: &[f64]| rows(x, d),
            |x: &[f64]| rows_value_and_grad(x, d),
            |x: &[f64], dot: &[f64]| rows_jvp(x, dot, d)
        );
    }
}

/// Rows of width `d` at a distance of `step` overlap where step < d: nothing may be read again.
#[differentiate]
fn overlapping(x: &[f64], d: usize, step: usize) -> f64 {
    let k = x.len() / d;
    let mut y = vec![1.0; k * d];
    let mut sum = 0.0;
    for j in 0..k {
        for i in 0..d {
            y[j * step + i] = y[j * step + i] * x[j * d + i] + 0.5;
        }
        for i in 0..d {
            sum += y[j * step + i] * y[j * step + i];
        }
    }
    sum
}

#[test]
fn rows_that_meet() {
    for step in 0..4 {
        assert_agree!(
            wave(12),
            |x: &[f64]| overlapping(x, 3, step),
            |x: &[f64]| overlapping_value_and_grad(x, 3, step),
            |x: &[f64], dot: &[f64]| overlapping_jvp(x, dot, 3, step)
        );
    }
}

/// The work array is the same for every row: each overwrites the one before.
#[differentiate]
fn reused(x: &[f64], d: usize) -> f64 {
    let mut work = vec![0.0; d];
    let mut sum = 0.0;
    for j in 0..x.len() / d {
        for i in 0..d {
            work[i] = work[i] * 0.5 + x[j * d + i] * x[j * d + i];
        }
        for i in 0..d {
            sum += work[i].sin() * work[d - 1 - i];
        }
    }
    sum
}

#[test]
fn work_arrays() {
    assert_agree!(
        wave(12),
        |x: &[f64]| reused(x, 4),
        |x: &[f64]| reused_value_and_grad(x, 4),
        |x: &[f64], dot: &[f64]| reused_jvp(x, dot, 4)
    );
}

/// In place, each element from its neighbour: the order of the iterations matters.
#[differentiate]
fn recurrence(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 1..y.len() {
        y[i] = y[i] + y[i - 1] * y[i - 1] * 0.25;
    }
    for i in (1..y.len()).rev() {
        y[i - 1] = y[i - 1] * y[i];
    }
    let mut sum = 0.0;
    for i in (0..y.len()).rev() {
        sum = sum * 0.75 + y[i];
    }
    sum
}

#[test]
fn the_order_is_kept_where_it_matters() {
    for n in [1, 2, 9] {
        assert_agree!(
            wave(n),
            recurrence,
            recurrence_value_and_grad,
            recurrence_jvp
        );
    }
}

#[differentiate]
fn between(x: &[f64], from: usize, to: usize) -> f64 {
    let mut sum = 0.0;
    for i in from..to {
        sum += x[i - 3] * x[i].cos();
    }
    for i in from..=to {
        sum += x[i] * x[i];
    }
    sum
}

#[test]
fn ranges_with_ends() {
    for (from, to) in [(3, 9), (5, 5), (4, 6)] {
        assert_agree!(
            wave(10),
            |x: &[f64]| between(x, from, to),
            |x: &[f64]| between_value_and_grad(x, from, to),
            |x: &[f64], dot: &[f64]| between_jvp(x, dot, from, to)
        );
    }
    // An empty range looks at nothing, wherever it is.
    assert_eq!(between_grad(&wave(3), 9, 4), [0.0; 3]);
    assert_eq!(between_grad(&[], 1, 0), [0.0; 0]);
}

#[test]
#[should_panic(expected = "out of range")]
fn an_index_out_of_range() {
    between_grad(&wave(5), 3, 7);
}

/// A callee is given an array that changes after the call, and one that does not.
#[differentiate]
fn energy(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i] * x[i];
    }
    sum
}

#[differentiate]
fn calls(x: &[f64]) -> f64 {
    let mut fixed = vec![0.0; x.len()];
    for i in 0..x.len() {
        fixed[i] = x[i] * 2.0;
    }
    let mut changing = fixed.clone();
    let first = energy(&changing) + energy(&fixed);
    for i in 0..x.len() {
        changing[i] = changing[i] * x[i];
    }
    let mut sum = first * energy(&changing);
    for i in 0..x.len() {
        sum += energy(&fixed[i..]) * x[i];
    }
    sum
}

#[test]
fn arguments_that_change_and_that_do_not() {
    assert_agree!(wave(5), calls, calls_value_and_grad, calls_jvp);
}

/// Few inputs and a long loop, with a branch.
#[differentiate]
fn orbit(x: &[f64; 2], steps: usize) -> f64 {
    let (mut p, mut q) = (x[0], x[1]);
    let mut sum = 0.0;
    for step in 0..steps {
        let push = p - 0.01 * q.sin();
        q += 0.01 * push;
        p = push;
        if step % 3 == 0 {
            sum += p * q;
        }
    }
    sum
}

#[test]
fn few_inputs_take_no_memory() {
    let x = [0.3, -1.2];
    let mut bar = [0.0; 2];
    let used = allocation_counter::measure(|| {
        orbit_grad_into(&x, &mut bar, 1000);
    });
    assert_eq!(used.count_total, 0);
    let (_, pullback) = orbit_vjp(&x, 1000);
    let mut by_reverse = [0.0; 2];
    pullback(1.0, &mut by_reverse);
    for k in 0..2 {
        assert!((bar[k] - by_reverse[k]).abs() < 1e-12 * (1.0 + bar[k].abs()));
    }
}

/// The square root has an infinite slope where the loop starts, and x does not reach it.
#[differentiate]
fn pole(x: f64, y: f64, steps: usize) -> f64 {
    let mut root = y;
    let mut other = x;
    for _ in 0..steps {
        root = root.sqrt();
        other = other * x;
    }
    other + 0.0 * root
}

#[test]
fn a_zero_tangent_meets_no_pole() {
    let (x_bar, _) = pole_grad(1.5, 0.0, 3);
    assert_eq!(x_bar, 4.0 * 1.5_f64.powi(3));
}
