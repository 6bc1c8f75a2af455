//! Results of calls as arguments, and elements of results.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn mix(a: [f64; 2], w: &[f64]) -> [f64; 2] {
    [a[1] * w[0], a[0] + w[1] * a[0] * a[0]]
}

#[differentiate(scalar)]
pub fn nested_results(a: [f64; 2], w: &[f64], n: usize) -> [f64; 2] {
    let mut state = a;
    for _ in 0..n {
        state = mix(mix(state, w), w);
        state[0] = mix(state, w)[1];
    }
    state
}

pub fn points() -> Vec<([f64; 2], Vec<f64>, usize)> {
    vec![
        ([0.4, 0.7], vec![0.3, 0.8], 2),
        ([0.4, 0.7], vec![0.3, 0.8], 0),
    ]
}
