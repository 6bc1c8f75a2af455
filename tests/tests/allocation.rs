//! `_grad_into` of straight lines, fixed-size data and fusable loops leaves the heap alone.

use allocation_counter::measure;
use autodiff_runtime::differentiate;
use autodiff_tests::small::{self, inputs};

#[track_caller]
fn assert_silent(run: impl FnOnce()) {
    assert_eq!(measure(run).count_total, 0);
}

#[test]
fn the_counter_counts() {
    assert_eq!(
        measure(|| drop(std::hint::black_box(vec![0.0; 3]))).count_total,
        1
    );
}

#[test]
fn scalars() {
    let (mut a, mut b) = (0.0, 0.0);
    assert_silent(|| {
        small::scalar2_grad_into(1.5, &mut a, 3.0, &mut b);
    });
    assert!(a != 0.0 && b != 0.0);
}

#[test]
fn slices() {
    for n in [10, 1000] {
        let (x, mut bar) = (inputs::rosenbrock(n), vec![0.0; n]);
        assert_silent(|| {
            small::rosenbrock_grad_into(&x, &mut bar);
        });
        assert!(bar[n - 1] != 0.0);
    }
}

#[test]
fn branches_in_a_loop() {
    let x = inputs::branchy();
    let mut bar = vec![0.0; x.len()];
    assert_silent(|| {
        small::branchy_grad_into(&x, &mut bar);
    });
    assert!(bar[0] != 0.0);
}

#[test]
fn loops_within_an_iteration() {
    let (pose, p, q) = inputs::rigid();
    let mut bar = [0.0; 6];
    assert_silent(|| {
        small::rigid_grad_into(&pose, &mut bar, &p, &q);
    });
    assert!(bar[0] != 0.0);
}

#[test]
fn arrays_on_the_stack() {
    let (w, x, y) = inputs::mlp();
    let mut bar = vec![0.0; w.len()];
    assert_silent(|| {
        small::mlp_grad_into(&w, &mut bar, &x, &y);
    });
    assert!(bar[0] != 0.0);
}

#[differentiate]
fn logistic(x: f64, y: f64) -> f64 {
    if x > y {
        (x - y).ln_1p()
    } else {
        1.0 / (1.0 + (y - x).exp())
    }
}

#[differentiate]
fn fitted(w: &[f64; 2], x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += logistic(w[0] * x[i] + w[1], y[i]);
    }
    sum / x.len() as f64
}

#[test]
fn calls() {
    let (x, y) = ([0.5, 1.0, -2.0], [0.1, 3.0, 0.2]);
    let (mut w_bar, mut x_bar, mut y_bar) = ([0.0; 2], [0.0; 3], [0.0; 3]);
    assert_silent(|| {
        fitted_grad_into(&[0.3, 0.7], &mut w_bar, &x, &mut x_bar, &y, &mut y_bar);
    });
    assert!(w_bar[0] != 0.0 && x_bar[2] != 0.0 && y_bar[1] != 0.0);
}

#[differentiate]
fn turned(angle: f64, p: [f64; 2]) -> [f64; 2] {
    let (s, c) = (angle.sin(), angle.cos());
    [c * p[0] - s * p[1], s * p[0] + c * p[1]]
}

#[test]
fn jacobians_into_the_callers_slice() {
    let mut jacobian = [0.0; 6];
    assert_silent(|| turned_jacobian_into(0.3, [1.0, 2.0], &mut jacobian));
    assert_eq!(jacobian[1], 0.3_f64.cos());
}
