//! Elements overwritten after a nonlinear use, in a local array and through a loop.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn overwritten_element(x: &[f64]) -> f64 {
    let mut state = [1.0, 0.5];
    for i in 0..x.len() {
        let product = state[0] * state[1] * x[i];
        state[0] = product.sin() + state[0];
        state[1] = state[0] * state[0] - x[i] * state[1];
        state[0] = 0.5 * state[1];
    }
    state[0] * state[1]
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, -0.8, 1.2],), (vec![0.7],), (vec![],)]
}
