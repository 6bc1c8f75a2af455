//! A recurrent network over a sequence: state arrays carried along, gates in a helper.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn gate(weights: &[f64; 3], x: f64, hidden: f64) -> f64 {
    1.0 / (1.0 + (-(weights[0] * x + weights[1] * hidden + weights[2])).exp())
}

#[differentiate(scalar, wrt(weights))]
pub fn lstm_sequence(weights: &[[f64; 3]; 4], inputs: &[f64]) -> f64 {
    let mut hidden = 0.0;
    let mut cell = 0.0;
    let mut loss = 0.0;
    for t in 0..inputs.len() {
        let error = hidden - inputs[t];
        loss += error * error;
        let forget = gate(&weights[0], inputs[t], hidden);
        let update = gate(&weights[1], inputs[t], hidden);
        let output = gate(&weights[2], inputs[t], hidden);
        let change = (weights[3][0] * inputs[t] + weights[3][1] * hidden + weights[3][2]).tanh();
        cell = forget * cell + update * change;
        hidden = output * cell.tanh();
    }
    loss
}

pub fn points() -> Vec<([[f64; 3]; 4], Vec<f64>)> {
    let weights = [
        [0.5, -0.2, 0.1],
        [0.3, 0.8, -0.5],
        [-0.4, 0.6, 0.2],
        [0.9, 0.1, 0.0],
    ];
    vec![(weights, vec![0.3, -0.4, 0.9, 0.1]), (weights, vec![])]
}
