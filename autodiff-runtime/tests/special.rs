//! The special functions against reference values (`special/golden.py` says how they were made), their
//! derivatives in every mode, and what happens at the ends of their domains.

use autodiff_runtime::special::*;

/// What is tested of one function: value, `_grad`, `_hvp` along 1, `_jvp` along 1, `_vjp` of 1.
type Modes = (
    fn(f64) -> f64,
    fn(f64) -> f64,
    fn(f64) -> f64,
    fn(f64) -> (f64, f64),
    fn(f64) -> (f64, f64),
);

macro_rules! modes {
    ($($name:ident $grad:ident $hvp:ident $jvp:ident $vjp:ident;)*) => {
        fn modes(name: &str) -> Modes {
            match name {
                $(stringify!($name) => (
                    $name,
                    $grad,
                    |x| $hvp(x, 1.0),
                    |x| $jvp(x, 1.0),
                    |x| {
                        let (value, pullback) = $vjp(x);
                        (value, pullback(1.0))
                    },
                ),)*
                other => panic!("no function `{other}`"),
            }
        }
    };
}
modes! {
    erf erf_grad erf_hvp erf_jvp erf_vjp;
    erfc erfc_grad erfc_hvp erfc_jvp erfc_vjp;
    ln_gamma ln_gamma_grad ln_gamma_hvp ln_gamma_jvp ln_gamma_vjp;
    digamma digamma_grad digamma_hvp digamma_jvp digamma_vjp;
    trigamma trigamma_grad trigamma_hvp trigamma_jvp trigamma_vjp;
    sigmoid sigmoid_grad sigmoid_hvp sigmoid_jvp sigmoid_vjp;
    logit logit_grad logit_hvp logit_jvp logit_vjp;
    softplus softplus_grad softplus_hvp softplus_jvp softplus_vjp;
    normal_pdf normal_pdf_grad normal_pdf_hvp normal_pdf_jvp normal_pdf_vjp;
    normal_cdf normal_cdf_grad normal_cdf_hvp normal_cdf_jvp normal_cdf_vjp;
    ln_normal_cdf ln_normal_cdf_grad ln_normal_cdf_hvp ln_normal_cdf_jvp ln_normal_cdf_vjp;
    normal_hazard normal_hazard_grad normal_hazard_hvp normal_hazard_jvp normal_hazard_vjp;
    normal_quantile normal_quantile_grad normal_quantile_hvp normal_quantile_jvp normal_quantile_vjp;
}

/// Relative to the value, or to 1 near the zeros of a function.
fn assert_close(what: &str, found: f64, expected: f64, tolerance: f64) {
    let scale = match expected.abs() {
        tiny if tiny < 1e-3 => tiny.max(f64::MIN_POSITIVE),
        size => size.max(1.0),
    };
    let error = (found - expected).abs() / scale;
    assert!(
        error <= tolerance,
        "{what}: {found:e}, expected {expected:e}, error {error:e}"
    );
}

#[test]
fn values_and_derivatives_are_those_of_the_reference() {
    for line in include_str!("special/golden.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let numbers: Vec<f64> = fields[1..]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let [x, value, first, second] = numbers[..] else {
            panic!("{line}");
        };
        let (f, grad, hvp, jvp, vjp) = modes(fields[0]);
        let what = |part: &str| format!("{part} of {} at {x}", fields[0]);
        let tolerance = 1e-13;
        assert_close(&what("value"), f(x), value, tolerance);
        assert_close(&what("first derivative"), grad(x), first, tolerance);
        // Their slopes approach −1, and what is left of the second derivative is a difference.
        let conditioned = match fields[0] {
            "ln_normal_cdf" => 1e-9,
            "normal_hazard" => 1e-6,
            _ => 4e-13,
        };
        assert_close(&what("second derivative"), hvp(x), second, conditioned);
        assert_eq!(jvp(x), (f(x), grad(x)), "{}", what("jvp"));
        assert_eq!(vjp(x), (f(x), grad(x)), "{}", what("vjp"));
    }
}

#[test]
fn ln_beta_is_symmetric_and_its_hessian_too() {
    // ∂/∂a ln B = ψ(a) − ψ(a + b)
    let (a, b) = (2.5, 0.75);
    let (by_a, by_b) = ln_beta_grad(a, b);
    assert_eq!((by_b, by_a), ln_beta_grad(b, a));
    assert_close("∂ ln B/∂a", by_a, digamma(a) - digamma(a + b), 1e-15);
    let hessian = ln_beta_hessian(a, b);
    assert_eq!(hessian[(0, 1)], -trigamma(a + b));
    assert_eq!(hessian[(0, 1)], hessian[(1, 0)]);
}

#[test]
fn the_gradient_of_logsumexp_is_the_softmax() {
    let x = [0.5, -1.0, 2.0, 700.0];
    let total = logsumexp(&x);
    let softmax = x.map(|x| (x - total).exp());
    for (found, expected) in logsumexp_grad(&x).iter().zip(softmax) {
        assert_close("softmax", *found, expected, 1e-12);
    }
    // H = diag(p) − p pᵀ
    let x = [0.5, -1.0, 2.0];
    let p = logsumexp_grad(&x);
    let hessian = logsumexp_hessian(&x);
    for i in 0..3 {
        for j in 0..3 {
            let expected = if i == j { p[i] } else { 0.0 } - p[i] * p[j];
            assert!((hessian[(i, j)] - expected).abs() < 1e-15);
        }
    }
}

#[test]
fn logsumexp_of_nothing_and_of_infinities() {
    let minus = f64::NEG_INFINITY;
    assert_eq!(logsumexp(&[]), minus);
    assert_eq!(logsumexp(&[minus, minus]), minus);
    assert_eq!(logsumexp_grad(&[minus, minus]), [0.0, 0.0]);
    assert_eq!(logsumexp(&[minus, 1.0]), 1.0);
    assert_eq!(logsumexp_grad(&[minus, 1.0]), [0.0, 1.0]);
    assert_eq!(logsumexp(&[f64::INFINITY, 1.0]), f64::INFINITY);
    assert!(logsumexp(&[f64::NAN]).is_nan());
}

#[test]
fn ends_of_domains() {
    assert_eq!(ln_gamma(0.0), f64::INFINITY);
    assert!(digamma(-2.0).is_nan() && trigamma(0.0).is_nan());
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert!(normal_quantile(1.5).is_nan());
    assert_eq!(logit(0.0), f64::NEG_INFINITY);
    assert_eq!(sigmoid(f64::NEG_INFINITY), 0.0);
    assert_eq!(softplus(f64::INFINITY), f64::INFINITY);
}

#[test]
fn polygamma_satisfies_its_recurrence() {
    // ψ⁽ⁿ⁾(x + 1) = ψ⁽ⁿ⁾(x) + (−1)ⁿ n! x⁻ⁿ⁻¹
    for order in 0..5 {
        let factorial: f64 = (1..=order).map(f64::from).product();
        let sign = if order % 2 == 0 { 1.0 } else { -1.0 };
        for x in [-2.7, -0.4, 0.6, 3.25, 40.5_f64] {
            let expected = polygamma(order, x) + sign * factorial * x.powi(-order - 1);
            assert_close("ψ(x + 1)", polygamma(order, x + 1.0), expected, 1e-12);
        }
    }
}
