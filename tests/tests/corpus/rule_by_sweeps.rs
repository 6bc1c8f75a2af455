//! A function with rules for both modes, generic over `Scalar` so that second derivatives go through them: the root of
//! x³ + p x + q by Newton's method, differentiated by the implicit function theorem. Its arguments change between calls.

use autodiff_runtime::{Scalar, differentiate};

fn root<T: Scalar>(p: T, coefficients: &[T]) -> T {
    let mut x = T::from_f64(1.0);
    for _ in 0..60 {
        let slope = T::from_f64(3.0) * x * x + p;
        x -= (x * x * x + p * x - coefficients[0]) / slope;
    }
    x
}

#[differentiate(jvp = root_jvp_rule, vjp = root_vjp_rule)]
fn cubic_root(p: f64, coefficients: &[f64]) -> f64 {
    root(p, coefficients)
}

fn root_jvp_rule<T: Scalar>(p: T, p_dot: T, coefficients: &[T], dots: &[T]) -> (T, T) {
    let x = root(p, coefficients);
    let slope = T::from_f64(3.0) * x * x + p;
    (x, (dots[0] - x * p_dot) / slope)
}

fn root_vjp_rule<T: Scalar>(
    p: T,
    coefficients: &[T],
) -> (T, impl FnOnce(T, &mut [T]) -> T + use<T>) {
    let x = root(p, coefficients);
    let slope = T::from_f64(3.0) * x * x + p;
    (x, move |x_bar: T, bars: &mut [T]| {
        bars[0] += x_bar / slope;
        -(x_bar * x / slope)
    })
}

#[differentiate]
pub fn rule_by_sweeps(p: f64, q: f64) -> f64 {
    let mut coefficients = [q, p];
    let mut sum = 0.0;
    for _ in 0..3 {
        sum += cubic_root(p, &coefficients);
        coefficients[0] *= 1.0 + p * p;
    }
    sum
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.0, 2.0), (0.5, 0.8)]
}
