//! The characteristic function of Heston's model at a real argument, in real arithmetic.

use autodiff_runtime::differentiate;

#[differentiate]
fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[differentiate]
fn over(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let n = b.0 * b.0 + b.1 * b.1;
    ((a.0 * b.0 + a.1 * b.1) / n, (a.1 * b.0 - a.0 * b.1) / n)
}

#[differentiate]
fn root(a: (f64, f64)) -> (f64, f64) {
    let r = a.0.hypot(a.1);
    let re = ((r + a.0) / 2.0).sqrt();
    (re, a.1 / (2.0 * re))
}

#[differentiate]
fn exponential(a: (f64, f64)) -> (f64, f64) {
    let size = a.0.exp();
    (size * a.1.cos(), size * a.1.sin())
}

#[differentiate]
fn logarithm(a: (f64, f64)) -> (f64, f64) {
    (0.5 * (a.0 * a.0 + a.1 * a.1).ln(), a.1.atan2(a.0))
}

#[differentiate]
pub fn heston(u: f64, t: f64, kappa: f64, theta: f64, sigma: f64, rho: f64, v0: f64) -> (f64, f64) {
    let s2 = sigma * sigma;
    let xi = (kappa, -sigma * rho * u);
    let squared = times(xi, xi);
    let d = root((squared.0 + s2 * u * u, squared.1 + s2 * u));
    let (minus, plus) = ((xi.0 - d.0, xi.1 - d.1), (xi.0 + d.0, xi.1 + d.1));
    let g = over(minus, plus);
    let decay = exponential((-d.0 * t, -d.1 * t));
    let ge = times(g, decay);
    let quotient = over((1.0 - ge.0, -ge.1), (1.0 - g.0, -g.1));
    let log = logarithm(quotient);
    let mean = kappa * theta / s2;
    let big_c = (
        mean * (minus.0 * t - 2.0 * log.0),
        mean * (minus.1 * t - 2.0 * log.1),
    );
    let front = over((1.0 - decay.0, -decay.1), (1.0 - ge.0, -ge.1));
    let big_d = times((minus.0 / s2, minus.1 / s2), front);
    exponential((big_c.0 + big_d.0 * v0, big_c.1 + big_d.1 * v0))
}

pub fn points() -> Vec<(f64, f64, f64, f64, f64, f64, f64)> {
    vec![(0.8, 1.0, 1.5, 0.3, 0.6, -0.4, 0.2)]
}
