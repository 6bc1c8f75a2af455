//! A rule for a function that writes through `&mut`, next to one that takes and returns a `Vec`.

use autodiff_runtime::{Scalar, differentiate};

#[differentiate(jvp = cube_jvp_rule, vjp = cube_vjp_rule)]
fn cube(x: &mut [f64]) {
    x.iter_mut().for_each(|x| *x = *x * *x * *x);
}

fn cube_jvp_rule<T: Scalar>(x: &mut [T], x_dot: &mut [T]) {
    for (x, dot) in x.iter_mut().zip(x_dot) {
        *dot = T::from_f64(3.0) * *x * *x * *dot;
        *x = *x * *x * *x;
    }
}

fn cube_vjp_rule<T: Scalar>(x: &mut [T]) -> ((), impl FnOnce(&mut [T]) + use<T>) {
    let before = x.to_vec();
    x.iter_mut().for_each(|x| *x = *x * *x * *x);
    ((), move |x_bar: &mut [T]| {
        for (bar, x) in x_bar.iter_mut().zip(before) {
            *bar *= T::from_f64(3.0) * x * x;
        }
    })
}

#[differentiate(jvp = scaled_jvp_rule, vjp = scaled_vjp_rule)]
fn scaled(x: Vec<f64>, factor: f64) -> Vec<f64> {
    x.into_iter().map(|x| x * factor).collect()
}

fn scaled_jvp_rule<T: Scalar>(
    x: Vec<T>,
    x_dot: Vec<T>,
    factor: T,
    factor_dot: T,
) -> (Vec<T>, Vec<T>) {
    let dot = x
        .iter()
        .zip(x_dot)
        .map(|(x, dot)| dot * factor + *x * factor_dot);
    let dot = dot.collect();
    (x.into_iter().map(|x| x * factor).collect(), dot)
}

fn scaled_vjp_rule<T: Scalar>(
    x: Vec<T>,
    factor: T,
) -> (Vec<T>, impl FnOnce(Vec<T>) -> (Vec<T>, T)) {
    let value = x.iter().map(|x| *x * factor).collect();
    (value, move |y_bar: Vec<T>| {
        let factor_bar = x.iter().zip(&y_bar).map(|(x, bar)| *x * *bar).sum();
        (
            y_bar.into_iter().map(|bar| bar * factor).collect(),
            factor_bar,
        )
    })
}

#[differentiate]
pub fn rule_in_place(x: &[f64], factor: f64) -> f64 {
    let mut y = scaled(x.to_vec(), factor);
    cube(&mut y);
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += y[i] * x[i];
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![(vec![0.3, -0.8, 1.1], 1.5)]
}
