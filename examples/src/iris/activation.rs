//! The network's activation.

/// max(x, 0).
pub fn relu(x: f64) -> f64 {
    x.max(0.0)
}

/// Value and derivative of [`relu`]; at the kink the derivative is 0.
pub fn relu_value_and_grad(x: f64) -> (f64, f64) {
    (relu(x), if x > 0.0 { 1.0 } else { 0.0 })
}
