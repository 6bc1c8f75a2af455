//! The hand-written adjoints are right: against finite differences of the functions, and against
//! the macro.

use autodiff_tests::hand;
use autodiff_tests::small::{self, inputs};

const STEP: f64 = 1e-3;

/// Derivative of `f` along coordinate `i` by a central difference of fourth order.
fn partial(x: &[f64], i: usize, f: &dyn Fn(&[f64]) -> f64) -> f64 {
    let at = |t: f64| {
        let mut x = x.to_vec();
        x[i] += t;
        f(&x)
    };
    (8.0 * (at(STEP) - at(-STEP)) - (at(2.0 * STEP) - at(-2.0 * STEP))) / (12.0 * STEP)
}

/// Holds `by_hand` against `f` at `x` in up to thirty coordinates, and checks that it adds.
fn check(x: &[f64], f: &dyn Fn(&[f64]) -> f64, by_hand: &dyn Fn(&[f64], &mut [f64]) -> f64) {
    let mut bar = vec![0.5; x.len()];
    let value = by_hand(x, &mut bar);
    let scale = f(x).abs();
    assert!(
        (value - f(x)).abs() <= 1e-12 * scale,
        "value {value}, not {}",
        f(x)
    );
    for i in (0..x.len()).step_by(x.len().div_ceil(30)) {
        let (exact, quotient) = (bar[i] - 0.5, partial(x, i, f));
        assert!(
            (exact - quotient).abs() <= 1e-7 * (1.0 + scale + exact.abs()),
            "[{i}] {exact}, not {quotient}"
        );
    }
}

/// The macro and the hand agree to 1e-11 of the largest component.
fn check_same(value: (f64, f64), gradient: (&[f64], &[f64])) {
    let scale = gradient.0.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
    assert!((value.0 - value.1).abs() <= 1e-12 * value.0.abs());
    for (hand, macro_) in gradient.0.iter().zip(gradient.1) {
        assert!(
            (hand - macro_).abs() <= 1e-11 * scale,
            "{hand}, not {macro_}"
        );
    }
}

#[test]
fn scalar2() {
    let by_hand = |x: &[f64], bar: &mut [f64]| {
        let [a, b] = bar else { unreachable!() };
        hand::scalar2(x[0], a, x[1], b)
    };
    check(&[1.5, 3.0], &|x| small::scalar2(x[0], x[1]), &by_hand);
    let (mut a, mut b) = ([0.0; 2], [0.0; 2]);
    let value = by_hand(&[1.5, 3.0], &mut a);
    let [b1, b2] = &mut b;
    check_same(
        (value, small::scalar2_grad_into(1.5, b1, 3.0, b2)),
        (&a, &b),
    );
}

#[test]
fn rosenbrock() {
    for n in [10, 1000] {
        let x = inputs::rosenbrock(n);
        check(&x, &small::rosenbrock, &hand::rosenbrock);
        let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
        check_same(
            (
                hand::rosenbrock(&x, &mut a),
                small::rosenbrock_grad_into(&x, &mut b),
            ),
            (&a, &b),
        );
    }
}

#[test]
fn mlp() {
    let (x, samples, targets) = inputs::mlp();
    check(&x, &|x| small::mlp(x, &samples, &targets), &|x, bar| {
        hand::mlp(x, bar, &samples, &targets)
    });
    let (mut a, mut b) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let values = (
        hand::mlp(&x, &mut a, &samples, &targets),
        small::mlp_grad_into(&x, &mut b, &samples, &targets),
    );
    check_same(values, (&a, &b));
}

#[test]
fn branchy() {
    let x = inputs::branchy();
    check(&x, &small::branchy, &hand::branchy);
    let (mut a, mut b) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    check_same(
        (
            hand::branchy(&x, &mut a),
            small::branchy_grad_into(&x, &mut b),
        ),
        (&a, &b),
    );
}

#[test]
fn lotka_volterra() {
    let (p, observed) = inputs::lotka_volterra();
    let fixed = |x: &[f64]| std::array::from_fn(|i| x[i]);
    let by_hand = |x: &[f64], bar: &mut [f64]| {
        hand::lotka_volterra(&fixed(x), bar.try_into().unwrap(), &observed)
    };
    check(
        &p,
        &|x| small::lotka_volterra(&fixed(x), &observed),
        &by_hand,
    );
    let (mut a, mut b) = ([0.0; 4], [0.0; 4]);
    let values = (
        hand::lotka_volterra(&p, &mut a, &observed),
        small::lotka_volterra_grad_into(&p, &mut b, &observed),
    );
    check_same(values, (&a, &b));
}

#[test]
fn rigid() {
    let (pose, p, q) = inputs::rigid();
    let fixed = |x: &[f64]| std::array::from_fn(|i| x[i]);
    let by_hand =
        |x: &[f64], bar: &mut [f64]| hand::rigid(&fixed(x), bar.try_into().unwrap(), &p, &q);
    check(&pose, &|x| small::rigid(&fixed(x), &p, &q), &by_hand);
    let (mut a, mut b) = ([0.0; 6], [0.0; 6]);
    let values = (
        hand::rigid(&pose, &mut a, &p, &q),
        small::rigid_grad_into(&pose, &mut b, &p, &q),
    );
    check_same(values, (&a, &b));
}
