//! Adaptive Simpson quadrature: recursion until the estimate is good enough.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn integrand(x: f64, p: f64) -> f64 {
    (p * x).sin() / (1.0 + x * x)
}

#[differentiate]
pub fn interval(a: f64, b: f64, ends: [f64; 3], p: f64, depth: u32) -> f64 {
    let [fa, fm, fb] = ends;
    let m = 0.5 * (a + b);
    let (left, right) = (integrand(0.5 * (a + m), p), integrand(0.5 * (m + b), p));
    let whole = (b - a) / 6.0 * (fa + 4.0 * fm + fb);
    let halves = (b - a) / 12.0 * (fa + 4.0 * left + 2.0 * fm + 4.0 * right + fb);
    match (depth, (halves - whole).abs()) {
        (0, _) | (_, 0.0..1e-5) => halves + (halves - whole) / 15.0,
        _ => {
            interval(a, m, [fa, left, fm], p, depth - 1)
                + interval(m, b, [fm, right, fb], p, depth - 1)
        }
    }
}

#[differentiate]
pub fn adaptive_simpson(a: f64, b: f64, p: f64) -> f64 {
    let ends = [
        integrand(a, p),
        integrand(0.5 * (a + b), p),
        integrand(b, p),
    ];
    interval(a, b, ends, p, 6)
}

pub fn points() -> Vec<(f64, f64, f64)> {
    vec![(0.0, 2.0, 3.0), (-1.0, 1.5, 0.7)]
}
