//! The expansion relies on no name of its surroundings, and takes none that the user has.

use autodiff_runtime::differentiate;

/// Everything that a careless expansion might name, with another meaning.
#[allow(dead_code, non_snake_case, unused_imports, unused_macros)]
#[allow(clippy::assign_op_pattern, clippy::needless_range_loop)]
mod shadowed {
    pub enum Option {
        None,
        Some,
    }
    pub use Option::{None, Some};
    pub struct Vec;
    pub struct Box;
    pub struct String;
    pub struct Result;
    pub fn Ok() {}
    pub fn Err() {}
    pub fn drop() {}
    pub fn zip() {}
    pub trait Clone {}
    pub trait Copy {}
    pub trait Default {}
    pub trait Into {}
    pub trait From {}
    pub trait Iterator {}
    pub trait IntoIterator {}
    pub trait FnOnce {}
    pub trait Fn {}
    pub trait Sized {}
    pub trait Scalar {}
    pub trait Differentiable {}
    pub struct Dual;
    pub struct Trace;
    pub struct DMatrix;
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod autodiff_runtime {}
    pub mod nalgebra {}
    pub mod private {}
    macro_rules! vec {
        () => {};
    }
    macro_rules! assert {
        () => {};
    }
    macro_rules! assert_eq {
        () => {};
    }
    macro_rules! panic {
        () => {};
    }
    macro_rules! matches {
        () => {};
    }

    use super::differentiate;

    #[differentiate(scalar)]
    pub fn curve(x: &[f64], scale: f64, n: usize) -> f64 {
        let mut state = [scale, 1.0];
        for i in 0..n {
            if x[i] > 0.0 {
                state[0] *= x[i].sin();
            } else {
                state[1] += state[0] * x[i];
            }
        }
        state[0] * state[1]
    }

    #[differentiate(scalar)]
    pub fn place(x: &mut [f64], scale: f64) {
        for i in 0..x.len() {
            x[i] = x[i] * scale;
        }
    }

    #[differentiate(scalar)]
    pub fn pair(x: f64, y: f64) -> [f64; 2] {
        [x * y, x - y]
    }
}

#[test]
fn survives_shadowed_names() {
    let x = [0.5, -1.0];
    let (x_bar, scale_bar) = shadowed::curve_grad(&x, 2.0, 2);
    // s·sin x₀ · (1 + s·sin x₀·x₁) with a = s·sin x₀: ∂/∂a = 1 + 2·a·x₁.
    let a = 2.0 * 0.5_f64.sin();
    let by_a = 1.0 - 2.0 * a;
    let close =
        |left: f64, right: f64| assert!((left - right).abs() < 1e-14, "{left}, not {right}");
    close(x_bar[0], by_a * 2.0 * 0.5_f64.cos());
    close(x_bar[1], a * a);
    close(scale_bar, by_a * 0.5_f64.sin());
    assert_eq!(
        shadowed::pair_jacobian(2.0, 3.0).as_slice(),
        [3.0, 1.0, 2.0, -1.0]
    );
    let (mut y, mut y_dot) = ([1.0, 2.0], [1.0, 0.0]);
    shadowed::place_jvp(&mut y, &mut y_dot, 3.0, 1.0);
    assert_eq!(y_dot, [4.0, 2.0]);
}

/// Variables with the names that derivative code likes.
#[differentiate(scalar)]
#[allow(clippy::let_and_return, clippy::needless_range_loop)]
fn taken_names(x: f64, x_bar: f64, y_dot: &[f64], result: f64) -> f64 {
    let x_dot = x * x_bar;
    let v0 = x_dot + result;
    let v1 = v0 * y_dot[0];
    let mut returned = v1;
    let mut tape = 1.0;
    let record = y_dot.len();
    for pullback in 0..record {
        let value = y_dot[pullback] * tape;
        if value > 10.0 {
            return value * x;
        }
        let broken = value * returned;
        tape = broken + 1.0;
        returned += value;
    }
    let output = returned * tape;
    let shadow = output * x_bar;
    shadow
}

#[test]
fn leaves_user_names_alone() {
    let (x, x_bar, y, result) = (0.5, 1.5, [0.7, -0.4], 0.3);
    let gradient = taken_names_grad(x, x_bar, &y, result);
    let flat = [
        gradient.0,
        gradient.1,
        gradient.2[0],
        gradient.2[1],
        gradient.3,
    ];
    let at = |i: usize, t: f64| {
        let mut p = [x, x_bar, y[0], y[1], result];
        p[i] += t;
        taken_names(p[0], p[1], &p[2..4], p[4])
    };
    for (i, exact) in flat.into_iter().enumerate() {
        let quotient = (at(i, 1e-6) - at(i, -1e-6)) / 2e-6;
        assert!(
            (exact - quotient).abs() < 1e-8,
            "[{i}] {exact}, not {quotient}"
        );
    }
}

/// A trait of the user's with the names of float methods must not be picked up.
trait Wave {
    fn sin(&self) -> f64;
    fn recip(&self) -> f64;
}

impl Wave for f64 {
    fn sin(&self) -> f64 {
        -1.0
    }
    fn recip(&self) -> f64 {
        -1.0
    }
}

#[differentiate]
fn inherent_methods(x: f64) -> f64 {
    x.sin() * x.recip()
}

#[test]
fn prefers_inherent_methods() {
    assert_eq!(Wave::sin(&1.0) + Wave::recip(&1.0), -2.0);
    assert_eq!(inherent_methods(0.5), 2.0 * 0.5_f64.sin());
    let expected = 0.5_f64.cos() * 2.0 - 0.5_f64.sin() * 4.0;
    assert!((inherent_methods_grad(0.5) - expected).abs() < 1e-15);
}
