//! The logarithm of the gamma function and its derivatives.

use crate::differentiate;
use std::f64::consts::PI;

/// Logarithm of the gamma function, `ln |Γ(x)|`.
///
/// For negative `x`, where the gamma function changes sign from one integer to the next, this is the
/// logarithm of its absolute value; the derivative is [`digamma`] everywhere. `+∞` at 0 and at the negative integers.
///
/// ```
/// use autodiff_runtime::special::{digamma, ln_gamma, ln_gamma_grad};
///
/// assert!((ln_gamma(5.0) - 24_f64.ln()).abs() < 1e-15);
/// assert_eq!(ln_gamma_grad(5.0), digamma(5.0));
/// ```
#[differentiate(partials(x = digamma(x)))]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Logarithm of the beta function, `ln |Γ(a)| + ln |Γ(b)| − ln |Γ(a + b)|`.
///
/// ```
/// use autodiff_runtime::special::ln_beta;
///
/// assert!((ln_beta(2.0, 3.0) + 12_f64.ln()).abs() < 1e-15);
/// ```
#[differentiate(partials(a = digamma(a) - digamma(a + b), b = digamma(b) - digamma(a + b)))]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Digamma function, `ψ(x) = Γ′(x) / Γ(x)`; its derivative is [`trigamma`]. NaN at 0 and at the negative integers.
///
/// ```
/// use autodiff_runtime::special::digamma;
///
/// // ψ(1) = −γ
/// assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 1e-15);
/// ```
#[differentiate(partials(x = trigamma(x)))]
pub fn digamma(x: f64) -> f64 {
    polygamma(0, x)
}

/// Trigamma function, `ψ′(x)`.
///
/// ```
/// use autodiff_runtime::special::trigamma;
///
/// assert!((trigamma(1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
/// ```
#[differentiate(partials(x = polygamma(2, x)))]
pub fn trigamma(x: f64) -> f64 {
    polygamma(1, x)
}

/// Polygamma function `ψ⁽ⁿ⁾(x)`, the derivative of order `n` of [`digamma`].
///
/// Upward recurrence to a large argument and the asymptotic series there (Abramowitz and Stegun, 6.4.6 and
/// 6.4.11); reflection for negative arguments (6.4.7). NaN at 0 and at the negative integers.
///
/// ```
/// use autodiff_runtime::special::{polygamma, polygamma_grad};
///
/// // ψ″(1) = −2 ζ(3)
/// assert!((polygamma(2, 1.0) + 2.404_113_806_319_188_6).abs() < 1e-14);
/// assert_eq!(polygamma_grad(1, 2.5), polygamma(2, 2.5));
/// ```
#[differentiate(partials(x = polygamma(order + 1, x)))]
pub fn polygamma(order: i32, x: f64) -> f64 {
    if x <= 0.0 {
        return reflected(order, x);
    }
    let steps = (15.0 + f64::from(order) - x).ceil().max(0.0);
    let sign = if order % 2 == 0 { -1.0 } else { 1.0 };
    let factorial = (1..=order).map(f64::from).product::<f64>();
    let mut total = asymptotic(order, x + steps);
    // From the small terms to the large ones.
    for k in (0..steps as i32).rev() {
        total += sign * factorial * (x + f64::from(k)).powi(-order - 1);
    }
    total
}

/// `ψ⁽ⁿ⁾(x)` for large x.
fn asymptotic(order: i32, x: f64) -> f64 {
    // B₂, B₄, …
    const BERNOULLI: [f64; 10] = [
        1.0 / 6.0,
        -1.0 / 30.0,
        1.0 / 42.0,
        -1.0 / 30.0,
        5.0 / 66.0,
        -691.0 / 2730.0,
        7.0 / 6.0,
        -3617.0 / 510.0,
        43867.0 / 798.0,
        -174_611.0 / 330.0,
    ];
    if order == 0 {
        let series: f64 = (1..)
            .zip(BERNOULLI)
            .map(|(k, b)| b / (2.0 * f64::from(k) * x.powi(2 * k)))
            .sum();
        return x.ln() - 0.5 / x - series;
    }
    let n = f64::from(order);
    // (n − 1)! and n!
    let below = (1..order).map(f64::from).product::<f64>();
    let mut total = below / x.powi(order) + 0.5 * below * n / x.powi(order + 1);
    // (2k + n − 1)! / (2k)!, from (n + 1)! / 2!.
    let mut ratio = below * n * (n + 1.0) / 2.0;
    for (k, b) in (1..).zip(BERNOULLI) {
        total += b * ratio / x.powi(2 * k + order);
        let m = f64::from(2 * k);
        ratio *= (m + n) * (m + n + 1.0) / ((m + 1.0) * (m + 2.0));
    }
    if order % 2 == 0 { -total } else { total }
}

/// `ψ⁽ⁿ⁾(x) = (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − dⁿ/dxⁿ π cot πx`.
fn reflected(order: i32, x: f64) -> f64 {
    if x == x.floor() {
        return f64::NAN;
    }
    let cot = 1.0 / (PI * (x - x.round())).tan();
    // Derivatives of c = cot are polynomials in c: c′ = −(1 + c²).
    let mut polynomial = vec![0.0, 1.0];
    for _ in 0..order {
        let mut next = vec![0.0; polynomial.len() + 1];
        for (power, coefficient) in polynomial.iter().enumerate().skip(1) {
            let slope = power as f64 * coefficient;
            next[power - 1] -= slope;
            next[power + 1] -= slope;
        }
        polynomial = next;
    }
    let value = polynomial.iter().rev().fold(0.0, |sum, c| sum * cot + c);
    let sign = if order % 2 == 0 { 1.0 } else { -1.0 };
    sign * polygamma(order, 1.0 - x) - PI.powi(order + 1) * value
}
