//! A natural cubic spline: its second derivatives by a tridiagonal system, then its value.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn cubic_spline(#[constant] t: &[f64], y: &[f64], at: f64) -> f64 {
    let n = t.len();
    let mut m = vec![0.0; n];
    let mut diagonal = vec![1.0; n];
    for i in 1..n - 1 {
        let (h0, h1) = (t[i] - t[i - 1], t[i + 1] - t[i]);
        let factor = if i == 1 { 0.0 } else { h0 / diagonal[i - 1] };
        diagonal[i] = 2.0 * (h0 + h1) - factor * h0;
        m[i] = 6.0 * ((y[i + 1] - y[i]) / h1 - (y[i] - y[i - 1]) / h0) - factor * m[i - 1];
    }
    for i in (1..n - 1).rev() {
        let h1 = t[i + 1] - t[i];
        let next = if i + 2 == n { 0.0 } else { m[i + 1] };
        m[i] = (m[i] - h1 * next) / diagonal[i];
    }
    let mut k = 0;
    while k + 2 < n && at > t[k + 1] {
        k += 1;
    }
    let h = t[k + 1] - t[k];
    let (a, b) = ((t[k + 1] - at) / h, (at - t[k]) / h);
    a * y[k] + b * y[k + 1] + ((a.powi(3) - a) * m[k] + (b.powi(3) - b) * m[k + 1]) * h * h / 6.0
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>, f64)> {
    vec![(
        vec![0.0, 0.7, 1.5, 2.0, 3.1],
        vec![0.1, 0.9, 0.4, -0.3, 0.8],
        1.2,
    )]
}
