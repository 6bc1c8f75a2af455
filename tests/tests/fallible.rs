//! Functions that return `Option` and `Result`: each sibling returns the same around its result.

use autodiff_runtime::differentiate;

#[differentiate]
fn plain(x: f64, y: &[f64]) -> f64 {
    let mut sum = x;
    for k in 0..y.len() {
        sum += (sum * y[k]).sin() / x;
    }
    sum.ln() * x
}

#[derive(Debug, PartialEq)]
enum Refused {
    Empty,
    At { index: usize, value: f64 },
}

#[differentiate(scalar)]
fn checked(x: f64, y: &[f64]) -> Result<f64, Refused> {
    if y.is_empty() {
        return Err(Refused::Empty);
    }
    let mut sum = x;
    for k in 0..y.len() {
        if y[k] < 0.0 {
            return Err(Refused::At {
                index: k,
                value: y[k],
            });
        }
        sum += (sum * y[k]).sin() / x;
    }
    Ok(sum.ln() * x)
}

#[differentiate(scalar)]
fn optional(x: f64, y: &[f64]) -> Option<f64> {
    let mut sum = x;
    for k in 0..y.len() {
        if y[k] > 5.0 {
            return Some(sum.ln() * x);
        }
        if y[k] < 0.0 {
            return None;
        }
        sum += (sum * y[k]).sin() / x;
    }
    if y.is_empty() {
        None
    } else {
        Some(sum.ln() * x)
    }
}

#[differentiate]
fn pair(x: f64, y: &[f64]) -> Option<(f64, [f64; 2])> {
    let value = optional(x, y)?;
    Some((value * value, [x, value]))
}

#[differentiate]
fn in_place(x: &mut [f64], by: f64) -> Result<(), Refused> {
    for k in 0..x.len() {
        if x[k] < 0.0 {
            return Err(Refused::At {
                index: k,
                value: x[k],
            });
        }
        x[k] = x[k].sqrt() * by;
    }
    Ok(())
}

const X: f64 = 1.3;
const Y: [f64; 3] = [0.4, 0.9, 0.2];

#[test]
fn siblings_of_a_function_that_succeeds_are_those_of_its_value() {
    let (value, gradient) = plain_value_and_grad(X, &Y);
    assert_eq!(checked(X, &Y), Ok(value));
    assert_eq!(checked_value_and_grad(X, &Y), Ok((value, gradient.clone())));
    assert_eq!(optional_grad(X, &Y), Some(gradient.clone()));
    let dots = [0.3, -0.2, 0.5];
    let jvp = plain_jvp(X, 0.7, &Y, &dots);
    assert_eq!(checked_jvp(X, 0.7, &Y, &dots), Ok(jvp));
    assert_eq!(
        optional_hvp(X, 0.7, &Y, &dots),
        Some(plain_hvp(X, 0.7, &Y, &dots))
    );
    assert_eq!(checked_hessian(X, &Y), Ok(plain_hessian(X, &Y)));
    let (again, pullback) = checked_vjp(X, &Y).unwrap();
    let mut y_bar = [0.0; 3];
    let x_bar = pullback(1.0, &mut y_bar);
    assert_eq!(
        (again, x_bar, y_bar.to_vec()),
        (value, gradient.0, gradient.1)
    );
    assert!(checked_trace(X, &Y).is_ok());
    assert_eq!(checked_scalar(X, &Y), Ok(value));
}

#[test]
fn failures_come_back_from_every_sibling_and_leave_adjoints_alone() {
    let bad = [0.4, -0.9, 0.2];
    let refused = || Refused::At {
        index: 1,
        value: -0.9,
    };
    assert_eq!(checked_grad(X, &bad), Err(refused()));
    assert_eq!(checked_grad(X, &[]), Err(Refused::Empty));
    assert_eq!(checked_jvp(X, 1.0, &bad, &[0.0; 3]), Err(refused()));
    assert_eq!(checked_vjp(X, &bad).err(), Some(refused()));
    assert_eq!(checked_hessian(X, &bad), Err(refused()));
    assert_eq!(checked_trace(X, &bad).err(), Some(refused()));
    assert_eq!(checked_scalar(X, &bad), Err(refused()));
    let (mut x_bar, mut y_bar) = (7.0, [8.0; 3]);
    assert_eq!(
        checked_grad_into(X, &mut x_bar, &bad, &mut y_bar),
        Err(refused())
    );
    assert_eq!((x_bar, y_bar), (7.0, [8.0; 3]));
    assert_eq!(pair_jacobian(X, &bad), None);
}

#[test]
fn jacobians_are_those_of_the_value() {
    let jacobian = pair_jacobian(X, &Y).unwrap();
    let (value, (dx, dy)) = plain_value_and_grad(X, &Y);
    let gradient = [dx, dy[0], dy[1], dy[2]];
    for k in 0..4 {
        assert!((jacobian[(0, k)] - 2.0 * value * gradient[k]).abs() < 1e-12);
        assert_eq!(jacobian[(1, k)], if k == 0 { 1.0 } else { 0.0 });
        assert!((jacobian[(2, k)] - gradient[k]).abs() < 1e-12);
    }
}

#[test]
fn a_function_without_a_value_fails_in_place() {
    let (mut x, mut dot) = ([4.0, 9.0], [1.0, 0.0]);
    assert_eq!(in_place_jvp(&mut x, &mut dot, 2.0, 0.5), Ok(()));
    assert_eq!((x, dot), ([4.0, 6.0], [1.5, 1.5]));
    let mut x = [4.0, -9.0];
    let failed = in_place_vjp(&mut x, 2.0).err();
    assert_eq!(
        failed,
        Some(Refused::At {
            index: 1,
            value: -9.0
        })
    );
}
