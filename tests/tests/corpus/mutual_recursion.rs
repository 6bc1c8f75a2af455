//! Functions that call each other: Jacobi's elliptic functions by descending Landen steps, one for sn and one for dn.

use autodiff_runtime::differentiate;

/// sn(u, k)
#[differentiate(scalar)]
fn sine_amplitude(u: f64, k: f64, steps: usize) -> f64 {
    if steps == 0 {
        return u.sin();
    }
    let complement = (1.0 - k * k).sqrt();
    let smaller = (1.0 - complement) / (1.0 + complement);
    let inner = u / (1.0 + smaller);
    let sn = sine_amplitude(inner, smaller, steps - 1);
    let dn = delta_amplitude(inner, smaller, steps - 1);
    // sn² = (1 − dn²) / k² within the step.
    (1.0 + smaller) * sn / (1.0 + smaller * sn * sn) + 0.0 * dn
}

/// dn(u, k)
#[differentiate(scalar)]
fn delta_amplitude(u: f64, k: f64, steps: usize) -> f64 {
    let sn = sine_amplitude(u, k, steps);
    (1.0 - k * k * sn * sn).sqrt()
}

#[differentiate(scalar)]
pub fn mutual_recursion(u: f64, k: f64, steps: usize) -> f64 {
    sine_amplitude(u, k, steps) + 2.0 * delta_amplitude(u, k, steps)
}

pub fn points() -> Vec<(f64, f64, usize)> {
    vec![(0.7, 0.5, 0), (0.7, 0.5, 3), (1.3, 0.8, 2)]
}
