//! Log-likelihood of counts under a negative binomial distribution, by the logarithm of the gamma function.

use autodiff_runtime::differentiate;
use autodiff_runtime::special::ln_gamma;

#[differentiate]
pub fn negative_binomial(counts: &[u32], mean: f64, dispersion: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..counts.len() {
        let k = counts[i] as f64;
        total += ln_gamma(k + dispersion) - ln_gamma(dispersion) - ln_gamma(k + 1.0);
        total += dispersion * (dispersion / (dispersion + mean)).ln();
        total += k * (mean / (dispersion + mean)).ln();
    }
    total
}

pub fn points() -> Vec<(Vec<u32>, f64, f64)> {
    vec![(vec![3, 0, 7, 2], 2.5, 1.5), (vec![12], 9.0, 0.3)]
}
