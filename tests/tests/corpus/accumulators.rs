//! Sums that look additive and are not: read inside, reset, scaled, one fed by the other.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn accumulators(x: &[f64]) -> f64 {
    let mut plain = 0.0;
    let mut read = 0.0;
    let mut reset = 0.0;
    let mut fed = 0.0;
    let mut scaled = 1.0;
    for i in 0..x.len() {
        plain += x[i].exp();
        read += x[i] * read + 0.1;
        reset += x[i] * x[i];
        if i % 3 == 2 {
            fed += reset;
            reset = 0.0;
        }
        fed -= plain * 0.5;
        scaled *= 1.0 + x[i];
    }
    plain * read + reset * fed + scaled
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.3, 0.8, 0.2, -0.6],), (vec![0.4],), (vec![],)]
}
