//! Lambert's W on the main branch, by Halley's method.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn lambert_w(x: f64) -> f64 {
    let mut w = (1.0 + x).ln();
    for _ in 0..6 {
        let e = w.exp();
        let f = w * e - x;
        w -= f / (e * (w + 1.0) - (w + 2.0) * f / (2.0 * w + 2.0));
    }
    w
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.5,), (2.0,), (10.0,)]
}
