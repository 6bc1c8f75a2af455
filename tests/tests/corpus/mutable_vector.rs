//! A vector behind `&mut Vec<f64>`, and another behind `&Vec<f64>`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
#[allow(clippy::ptr_arg)]
pub fn mutable_vector(state: &mut Vec<f64>, input: &Vec<f64>) -> f64 {
    let mut work = 0.0;
    for i in 0..state.len() {
        work += state[i] * input[i];
        state[i] = state[i].tanh() + input[i];
    }
    work
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.5, -0.3], vec![1.0, 0.2]), (vec![], vec![])]
}
