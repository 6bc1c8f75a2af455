//! Variables overwritten after a nonlinear use of their old value.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn overwritten_after_use(x: f64, y: f64) -> f64 {
    let mut a = x * y;
    let mut b = a.sin();
    a = b * a + y;
    b = a.exp() * b;
    a = a * b - x;
    b /= 1.0 + a * a;
    a * b
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.4, 0.9), (-1.0, 0.3)]
}
