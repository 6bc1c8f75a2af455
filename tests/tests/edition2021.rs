//! Derivatives across crates of different editions.

use autodiff_runtime::differentiate;
use autodiff_tests_edition2021::weighted;

#[differentiate]
fn squared(a: &[f64]) -> f64 {
    let w = weighted(a, 3.0);
    w * w + autodiff_tests_edition2021::weighted(a, w)
}

#[test]
fn calls_across_editions() {
    // w = 3·s, f = w² + s·w = 12·s² with s = Σ aᵢ, all positive.
    let gradient = squared_grad(&[0.5, 2.0]);
    assert_eq!(gradient, [60.0, 60.0]);
}
