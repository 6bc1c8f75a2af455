//! f calls g calls h, with results of one as arguments of the next.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn innermost(x: f64, weight: f64) -> f64 {
    weight * x.tanh()
}

#[differentiate(scalar)]
fn middle(x: f64, y: f64) -> f64 {
    innermost(x + y, y) - innermost(x, innermost(y, x))
}

#[differentiate(scalar)]
pub fn call_chain(x: f64, y: f64) -> f64 {
    let mut z = middle(x, middle(y, x));
    for _ in 0..2 {
        z = middle(z, y) + x;
    }
    z
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.5, 1.2), (-0.8, 0.3)]
}
