//! The logistic function and its relatives.

use crate::{Scalar, differentiate};

/// Logistic function, `1 / (1 + exp(−x))`; its derivative is `sigmoid(x) · sigmoid(−x)`, accurate in both tails.
///
/// ```
/// use autodiff_runtime::special::{sigmoid, sigmoid_grad};
///
/// assert_eq!((sigmoid(0.0), sigmoid_grad(0.0)), (0.5, 0.25));
/// assert!(sigmoid_grad(700.0) > 0.0);
/// ```
#[differentiate(partials(x = result * sigmoid(-x)))]
pub fn sigmoid(x: f64) -> f64 {
    // exp of a negative number only, so that nothing overflows.
    let e = (-x.abs()).exp();
    if x < 0.0 {
        e / (1.0 + e)
    } else {
        1.0 / (1.0 + e)
    }
}

/// Logit, `ln(p / (1 − p))`, the inverse of [`sigmoid`].
///
/// ```
/// use autodiff_runtime::special::{logit, logit_grad};
///
/// assert_eq!((logit(0.5), logit_grad(0.5)), (0.0, 4.0));
/// ```
#[differentiate(partials(p = 1.0 / (p * (1.0 - p))))]
pub fn logit(p: f64) -> f64 {
    // Near 1/2 the logarithm of a quotient near 1 would cancel.
    if (0.3..0.7).contains(&p) {
        2.0 * (2.0 * p - 1.0).atanh()
    } else {
        p.ln() - (-p).ln_1p()
    }
}

/// Softplus, `ln(1 + exp(x))`, without overflow; its derivative is [`sigmoid`].
///
/// ```
/// use autodiff_runtime::special::{softplus, softplus_grad};
///
/// assert_eq!(softplus(1000.0), 1000.0);
/// assert_eq!(softplus_grad(0.0), 0.5);
/// ```
#[differentiate(partials(x = sigmoid(x)))]
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// `ln Σ exp(xᵢ)`, without overflow; `−∞` for an empty slice. Its gradient is the softmax of `x`.
///
/// ```
/// use autodiff_runtime::special::{logsumexp, logsumexp_grad};
///
/// assert!((logsumexp(&[1000.0, 1000.0]) - (1000.0 + 2_f64.ln())).abs() < 1e-12);
/// assert_eq!(logsumexp_grad(&[1000.0, 1000.0]), [0.5, 0.5]);
/// ```
#[differentiate(jvp = logsumexp_jvp_rule, vjp = logsumexp_vjp_rule)]
pub fn logsumexp(x: &[f64]) -> f64 {
    largest_and_sum(x).0
}

/// `ln Σ exp(xᵢ)`, and the weights that are its gradient.
fn largest_and_sum<T: Scalar>(x: &[T]) -> (T, Vec<T>) {
    let largest = x
        .iter()
        .copied()
        .fold(T::from_f64(f64::NEG_INFINITY), T::max);
    // With infinities the largest of them is the sum, and no weight means anything but 0.
    if largest.is_infinite() && !x.iter().any(|x| x.is_nan()) {
        return (largest, vec![T::zero(); x.len()]);
    }
    // A constant shift: the result does not depend on it.
    let shift = T::from_base(largest.base());
    let mut weights: Vec<T> = x.iter().map(|x| (*x - shift).exp()).collect();
    let sum = weights.iter().copied().sum::<T>();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    (shift + sum.ln(), weights)
}

fn logsumexp_jvp_rule<T: Scalar>(x: &[T], x_dot: &[T]) -> (T, T) {
    let (value, weights) = largest_and_sum(x);
    let dot = weights
        .iter()
        .zip(x_dot)
        .map(|(weight, dot)| *weight * *dot);
    (value, dot.sum())
}

fn logsumexp_vjp_rule<T: Scalar>(x: &[T]) -> (T, impl FnOnce(T, &mut [T]) + use<T>) {
    let (value, weights) = largest_and_sum(x);
    (value, move |seed: T, x_bar: &mut [T]| {
        for (bar, weight) in x_bar.iter_mut().zip(weights) {
            *bar += seed * weight;
        }
    })
}
