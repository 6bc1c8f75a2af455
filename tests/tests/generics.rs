//! Functions over any `Scalar`: their derivatives are generic as well, so that they can be
//! differentiated again by other means.

use autodiff_runtime::{Dual, Scalar, differentiate};

#[differentiate]
fn logistic<T: Scalar>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}

#[differentiate]
fn loss<T: Scalar>(w: &[T], b: T, x: &[[f64; 2]], y: &[f64]) -> T {
    let mut sum = T::zero();
    let weight = 1.0 / x.len() as f64;
    for i in 0..x.len() {
        let mut z = b;
        for j in 0..2 {
            z += w[j] * T::from_f64(x[i][j]);
        }
        let p = logistic(z).max(T::from_f64(1e-3));
        let term = match y[i] > 0.5 {
            true => -p.ln(),
            false => -(T::one() - p).ln(),
        };
        sum += term * T::from_f64(weight);
    }
    if sum > T::from_f64(0.5) {
        sum.powi(2)
    } else {
        sum
    }
}

#[differentiate]
fn loss_f64(w: &[f64], b: f64, #[constant] x: &[[f64; 2]], #[constant] y: &[f64]) -> f64 {
    loss(w, b, x, y)
}

#[differentiate]
fn turned<T, const N: usize>(x: [T; N], angle: T) -> [T; N]
where
    T: Scalar,
{
    let mut out = x;
    let (sin, cos) = angle.sin_cos();
    for k in 0..N - 1 {
        (out[k], out[k + 1]) = (
            cos * out[k] - sin * out[k + 1],
            sin * out[k] + cos * x[k + 1],
        );
    }
    out
}

#[differentiate]
fn power<T: Scalar>(x: T, n: usize) -> T {
    if n == 0 {
        T::one()
    } else {
        x * power(x, n - 1)
    }
}

#[differentiate]
fn root<T: Scalar>(x: T) -> Option<T> {
    if x < T::zero() {
        return None;
    }
    let mut guess = T::from_f64(0.5) * (x + T::one());
    for _ in 0..20 {
        guess = (guess + x / guess) * T::from_f64(0.5);
    }
    Some(guess)
}

const X: [[f64; 2]; 3] = [[0.3, -0.7], [1.1, 0.4], [-0.6, 0.2]];
const Y: [f64; 3] = [1.0, 0.0, 1.0];
const W: [f64; 2] = [0.8, -0.5];

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} and {b}");
}

/// Derivatives by duals, one direction at a time.
fn gradient_by_duals() -> [f64; 3] {
    let along = |k: usize| {
        let dual = |at: usize, x| {
            if at == k {
                Dual::variable(x)
            } else {
                Dual::constant(x)
            }
        };
        loss(&[dual(0, W[0]), dual(1, W[1])], dual(2, 0.1), &X, &Y).tangent
    };
    [along(0), along(1), along(2)]
}

#[test]
fn gradients_agree_with_duals_in_both_modes() {
    let expected = gradient_by_duals();
    let (value, (w, b)) = loss_value_and_grad(&W, 0.1, &X, &Y);
    assert_eq!(value, loss(&W, 0.1, &X, &Y));
    for (found, expected) in w.iter().chain([&b]).zip(expected) {
        close(*found, expected);
    }
    let (_, dot) = loss_jvp(&W, &[1.0, 0.0], 0.1, 0.0, &X, &Y);
    close(dot, expected[0]);
    let (w, b) = loss_f64_grad(&W, 0.1, &X, &Y);
    for (found, expected) in w.iter().chain([&b]).zip(expected) {
        close(*found, expected);
    }
}

#[test]
fn gradients_over_duals_are_second_derivatives() {
    let w = [Dual::variable(W[0]), Dual::constant(W[1])];
    let (_, (w_bar, b_bar)) = loss_value_and_grad(&w, Dual::constant(0.1), &X, &Y);
    let (w_hvp, b_hvp) = loss_hvp(&W, &[1.0, 0.0], 0.1, 0.0, &X, &Y);
    close(w_bar[0].tangent, w_hvp[0]);
    close(w_bar[1].tangent, w_hvp[1]);
    close(b_bar.tangent, b_hvp);
    let hessian = loss_hessian(&W, 0.1, &X, &Y);
    close(hessian[(0, 1)], w_hvp[1]);
    close(hessian[(2, 0)], b_hvp);
}

#[test]
fn single_precision_stays_single() {
    let (value, grad): (f32, f32) = logistic_value_and_grad(0.3_f32);
    assert!((grad - value * (1.0 - value)).abs() < 2.0 * f32::EPSILON);
}

#[test]
fn arrays_jacobians_recursion_and_options() {
    let jacobian = turned_jacobian([0.3, 0.7, -0.2], 0.4);
    assert_eq!(jacobian.shape(), (3, 4));
    let by_dual = turned([0.3, 0.7, -0.2].map(Dual::constant), Dual::variable(0.4));
    for k in 0..3 {
        close(jacobian[(k, 3)], by_dual[k].tangent);
    }
    close(power_grad(1.3, 5), 5.0 * 1.3_f64.powi(4));
    close(root_grad(2.0).unwrap(), 0.5 / 2.0_f64.sqrt());
    assert_eq!(root_grad(-2.0), None);
    close(
        root_hessian(2.0).unwrap()[(0, 0)],
        -0.25 * 2.0_f64.powf(-1.5),
    );
}

#[test]
fn traces_show_plain_values() {
    let trace = logistic_trace(0.5_f32).to_string();
    assert!(trace.contains("exp"), "{trace}");
}
