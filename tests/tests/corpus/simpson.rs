//! Simpson's rule for ∫ exp(−a·t²) dt: a helper called in a loop, weights by parity.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn integrand(t: f64, a: f64) -> f64 {
    (-a * t * t).exp()
}

#[differentiate(scalar)]
pub fn simpson(from: f64, to: f64, a: f64, intervals: usize) -> f64 {
    let h = (to - from) / intervals as f64;
    let mut sum = integrand(from, a) + integrand(to, a);
    for i in 1..intervals {
        let weight = if i % 2 == 1 { 4.0 } else { 2.0 };
        sum += weight * integrand(from + i as f64 * h, a);
    }
    sum * h / 3.0
}

pub fn points() -> Vec<(f64, f64, f64, usize)> {
    vec![(0.0, 1.0, 1.0, 10), (-0.5, 2.0, 0.3, 6), (0.2, 0.2, 1.0, 2)]
}
