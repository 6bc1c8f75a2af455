//! The network's activation, differentiated at compile time.

use autodiff_runtime::differentiate;

/// The rectifier max(x, 0). Its generated `relu_value_and_grad` is what the network calls; at the kink the slope is 0.
#[differentiate]
pub fn relu(x: f64) -> f64 {
    x.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_that_of_the_side_and_zero_at_the_kink() {
        assert_eq!(relu_value_and_grad(3.0), (3.0, 1.0));
        assert_eq!(relu_value_and_grad(-2.0), (0.0, 0.0));
        assert_eq!(relu_value_and_grad(0.0), (0.0, 0.0));
    }
}
