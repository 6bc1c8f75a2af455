//! A sum returned beside results written to a slice whose old content counts.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn mutable_output_and_value(x: &[f64], out: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * out[i];
        out[i] = 0.5 * out[i] + x[i].tanh();
        sum += out[i].sin();
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.5, -1.3], vec![0.2, 0.7]), (vec![], vec![])]
}
