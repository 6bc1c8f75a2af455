//! The same loop by an adjoint sweep, on request.

use autodiff_runtime::differentiate;

#[differentiate(scalar, mode = reverse)]
pub fn reverse_gradient(stiffness: f64, damping: f64) -> f64 {
    let mut x = 1.0;
    let mut v = 0.0;
    for _ in 0..50 {
        v -= 0.05 * (stiffness * x + damping * v);
        x += 0.05 * v;
    }
    x * x
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(2.0, 0.3), (0.5, 0.0)]
}
