//! A function with a rule by partials, called in a loop: the error function as a sum, of which only the value is right. The
//! second formula reads the result.

use autodiff_runtime::differentiate;
use std::f64::consts::FRAC_2_SQRT_PI;

#[differentiate(partials(x = FRAC_2_SQRT_PI * (-x * x).exp()))]
fn erf(x: f64) -> f64 {
    // Maclaurin's series; its terms are no business of the derivative.
    let mut term = x;
    let mut sum = x;
    for n in 1..80 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    FRAC_2_SQRT_PI * sum
}

#[differentiate(partials(a = result / a, b = if b > 0.0 { a.sqrt() } else { 2.0 * a }))]
fn piecewise(n: u32, a: f64, b: f64) -> f64 {
    match n {
        0 => 0.0,
        _ if b > 0.0 => a.sqrt() * b,
        _ => 2.0 * a * b,
    }
}

#[differentiate]
pub fn rule_by_partials(x: f64, y: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..3 {
        sum += erf(x * y + f64::from(i)) * y;
    }
    sum + piecewise(1, x.abs(), -y)
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.4, 0.7), (-0.3, 1.2)]
}
