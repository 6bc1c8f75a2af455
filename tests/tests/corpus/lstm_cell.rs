//! One step of an LSTM cell with scalar state, and its output.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[differentiate(scalar)]
pub fn lstm_cell(weights: &[[f64; 3]; 4], x: f64, hidden: f64, cell: f64) -> f64 {
    let mut gates = [0.0; 4];
    for k in 0..4 {
        gates[k] = weights[k][0] * x + weights[k][1] * hidden + weights[k][2];
    }
    let forget = sigmoid(gates[0]);
    let input = sigmoid(gates[1]);
    let output = sigmoid(gates[2]);
    let change = gates[3].tanh();
    output * (forget * cell + input * change).tanh()
}

pub fn points() -> Vec<([[f64; 3]; 4], f64, f64, f64)> {
    let weights = [
        [0.5, -0.2, 0.1],
        [0.3, 0.8, -0.5],
        [-0.4, 0.6, 0.2],
        [0.9, 0.1, 0.0],
    ];
    vec![(weights, 0.7, -0.3, 0.4), (weights, -2.0, 0.0, 0.0)]
}
