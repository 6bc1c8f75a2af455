//! The Bessel function J₀ by its series, summed until a term no longer matters.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn bessel_series(x: f64) -> f64 {
    let quarter = -0.25 * x * x;
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut k = 1.0;
    loop {
        term *= quarter / (k * k);
        sum += term;
        if term.abs() < 1e-17 {
            break;
        }
        k += 1.0;
    }
    sum
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.7,), (2.3,)]
}
