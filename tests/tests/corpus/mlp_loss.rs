//! Squared error of a network with one tanh layer, parameters in one slice.

use autodiff_runtime::differentiate;

const HIDDEN: usize = 3;

#[differentiate(scalar, wrt(parameters))]
pub fn mlp_loss(parameters: &[f64], inputs: &[f64], targets: &[f64]) -> f64 {
    let width = inputs.len() / targets.len();
    let mut loss = 0.0;
    for sample in 0..targets.len() {
        let mut output = parameters[HIDDEN * (width + 2)];
        for unit in 0..HIDDEN {
            let row = unit * (width + 2);
            let mut sum = parameters[row + width];
            for j in 0..width {
                sum += parameters[row + j] * inputs[sample * width + j];
            }
            output += parameters[row + width + 1] * sum.tanh();
        }
        let residual = output - targets[sample];
        loss += residual * residual;
    }
    loss / targets.len() as f64
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>, Vec<f64>)> {
    let parameters = vec![
        0.1, -0.3, 0.5, 0.7, 0.2, 0.4, -0.6, 0.3, -0.8, 0.9, 0.0, 0.5, 0.25,
    ];
    vec![(
        parameters,
        vec![0.5, -1.0, 0.2, 0.8, -0.4, 0.1],
        vec![0.3, -0.7, 1.1],
    )]
}
