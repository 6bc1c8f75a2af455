//! The Brusselator by the midpoint rule, with a helper that returns an array.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn reaction(state: [f64; 2], a: f64, b: f64) -> [f64; 2] {
    let cubic = state[0] * state[0] * state[1];
    [a + cubic - (b + 1.0) * state[0], b * state[0] - cubic]
}

#[differentiate(scalar)]
pub fn brusselator(a: f64, b: f64, steps: usize) -> [f64; 2] {
    let h = 0.05;
    let mut state = [1.0, 1.0];
    for _ in 0..steps {
        let rate = reaction(state, a, b);
        let middle = [state[0] + 0.5 * h * rate[0], state[1] + 0.5 * h * rate[1]];
        let rate = reaction(middle, a, b);
        for i in 0..2 {
            state[i] += h * rate[i];
        }
    }
    state
}

pub fn points() -> Vec<(f64, f64, usize)> {
    vec![(1.0, 2.5, 8), (0.7, 1.2, 1), (0.7, 1.2, 0)]
}
