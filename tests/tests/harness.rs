//! The harness itself: right derivatives pass, and each mode that is wrong is caught by the check
//! meant for it.

use autodiff_tests::harness::{GenericModes, ScalarModes, Subject, VectorModes};

/// f(x, y) = x²·y, all modes by hand. Set apart so that a test can spoil one of them.
fn scalar() -> Subject<'static> {
    let f = |x: &[f64]| x[0] * x[0] * x[1];
    let gradient = |x: &[f64]| vec![2.0 * x[0] * x[1], x[0] * x[0]];
    let product = |x: &[f64], v: &[f64]| 2.0 * x[0] * x[1] * v[0] + x[0] * x[0] * v[1];
    let scaled = move |x: &[f64], w: f64| gradient(x).iter().map(|g| w * g).collect::<Vec<_>>();
    Subject {
        name: "x²y".to_owned(),
        inputs: vec![1.5, -0.5],
        replaced: vec![false, false],
        epsilon: f64::EPSILON,
        smooth: true,
        value: Box::new(move |x| vec![f(x)]),
        jvp: Box::new(move |x, v| (vec![f(x)], vec![product(x, v)])),
        vjp: Box::new(move |x, w| (vec![f(x)], scaled(x, w[0]))),
        scalar: Some(ScalarModes {
            grad: Box::new(gradient),
            value_and_grad: Box::new(move |x| (f(x), gradient(x))),
            grad_into: Box::new(move |x, s| {
                let sum = |(s, g): (&f64, f64)| s + g;
                (vec![f(x)], s.iter().zip(gradient(x)).map(sum).collect())
            }),
            hvp: Box::new(|x, v| vec![2.0 * (x[1] * v[0] + x[0] * v[1]), 2.0 * x[0] * v[0]]),
            hessian: Box::new(|x| vec![2.0 * x[1], 2.0 * x[0], 2.0 * x[0], 0.0]),
            trace: Box::new(gradient),
        }),
        vector: None,
        generic: Some(GenericModes {
            dual: Box::new(move |x, v| (vec![f(x)], vec![product(x, v)])),
            tape: Box::new(move |x, w| (vec![f(x)], scaled(x, w[0]))),
        }),
    }
}

/// F(x) = (x², x³) written over x itself.
fn in_place() -> Subject<'static> {
    let f = |x: &[f64]| vec![x[0] * x[0], x[0].powi(3)];
    let column = |x: &[f64]| vec![2.0 * x[0], 3.0 * x[0] * x[0]];
    Subject {
        name: "powers".to_owned(),
        inputs: vec![0.7],
        replaced: vec![true],
        epsilon: f64::EPSILON,
        smooth: true,
        value: Box::new(f),
        jvp: Box::new(move |x, v| (f(x), column(x).iter().map(|c| c * v[0]).collect())),
        vjp: Box::new(move |x, w| {
            (
                f(x),
                vec![column(x).iter().zip(w).map(|(c, w)| c * w).sum()],
            )
        }),
        scalar: None,
        vector: Some(VectorModes {
            rows: 2,
            jacobian: Box::new(column),
            jacobian_into: Box::new(column),
        }),
        generic: None,
    }
}

#[test]
fn right_derivatives_pass() {
    scalar().check().assert_empty();
    in_place().check().assert_empty();
}

/// Some check whose name holds `check` complains about `subject`.
#[track_caller]
fn assert_caught(check: &str, subject: &Subject<'_>) {
    let found = subject.check().disagreements;
    assert!(
        found.iter().any(|d| d.check.contains(check)),
        "{check}: {found:?}"
    );
}

#[test]
fn wrong_values() {
    let mut subject = scalar();
    let last_bit = |x: &[f64]| f64::from_bits((x[0] * x[0] * x[1]).to_bits() + 1);
    subject.jvp = Box::new(move |x, v| {
        (
            vec![last_bit(x)],
            vec![2.0 * x[0] * x[1] * v[0] + x[0] * x[0] * v[1]],
        )
    });
    assert_caught("value of _jvp", &subject);
}

#[test]
fn a_wrong_sign_in_one_mode() {
    let mut subject = scalar();
    let right = subject.vjp;
    subject.vjp = Box::new(move |x, w| {
        let (value, bar) = right(x, w);
        (value, vec![bar[0], -bar[1]])
    });
    assert_caught("<vjp(w), v> = <w, jvp(v)>", &subject);
}

#[test]
fn all_modes_wrong_together() {
    let mut subject = scalar();
    subject.value = Box::new(|x| vec![x[0] * x[0] * x[1] + 1e-4 * x[1].sin()]);
    assert_caught("_jvp and finite differences", &subject);
}

#[test]
fn overwritten_shadows() {
    let mut subject = scalar();
    let modes = subject.scalar.as_mut().unwrap();
    modes.grad_into = Box::new(|x, _| {
        (
            vec![x[0] * x[0] * x[1]],
            vec![2.0 * x[0] * x[1], x[0] * x[0]],
        )
    });
    assert_caught("_grad_into adds", &subject);
}

#[test]
fn a_wrong_second_derivative() {
    let mut subject = scalar();
    let modes = subject.scalar.as_mut().unwrap();
    modes.hvp = Box::new(|x, v| vec![2.0 * x[1] * v[0], 2.0 * x[0] * v[0]]);
    assert_caught("w'Hv = v'Hw", &subject);
    assert_caught("_hvp and differences of _grad", &subject);
    assert_caught("_hvp and _hessian", &subject);
}

#[test]
fn a_transposed_or_short_jacobian() {
    let mut subject = in_place();
    let modes = subject.vector.as_mut().unwrap();
    modes.jacobian = Box::new(|x| vec![3.0 * x[0] * x[0], 2.0 * x[0]]);
    modes.jacobian_into = Box::new(|x| vec![2.0 * x[0]]);
    assert_caught("_jacobian and _vjp", &subject);
    assert_caught("_jacobian_into and _vjp", &subject);
}

#[test]
fn nan_is_no_agreement() {
    let mut subject = scalar();
    subject.scalar.as_mut().unwrap().trace = Box::new(|_| vec![f64::NAN; 2]);
    assert_caught("_trace and _vjp", &subject);
}

#[test]
fn other_scalars() {
    let mut subject = scalar();
    let modes = subject.generic.as_mut().unwrap();
    modes.tape = Box::new(|x, w| (vec![x[0] * x[0] * x[1]], vec![w[0], x[0] * x[0] * w[0]]));
    assert_caught("tape and _vjp", &subject);
}
