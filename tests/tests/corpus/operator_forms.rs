//! Operators on references and negations, path forms, casts of integers, nested blocks.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn operator_forms(x: f64, y: f64, n: i32) -> f64 {
    let quotient = {
        let shifted = x + n as f64;
        shifted / (1.0 + y * y)
    };
    let negated = -(-x * -y);
    let path_form = f64::sin(x) + f64::max(x, y) - f64::powi(y, n);
    let nested = if n > 2 {
        if x > y { x } else { y }
    } else {
        x * y
    };
    2.0 * (quotient - negated) + path_form * nested * -1.0
}

pub fn points() -> Vec<(f64, f64, i32)> {
    vec![(0.8, 1.3, 3), (2.1, 0.4, 3), (0.5, -0.7, 1)]
}
