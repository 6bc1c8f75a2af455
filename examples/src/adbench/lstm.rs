//! LSTM: loss of a diagonal long short-term memory that predicts the next bit vector.

use autodiff_runtime::differentiate;

/// 1/(1 + e⁻ˣ).
#[differentiate]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The negative mean log likelihood of each character after the first, given those before it.
///
/// With b bits: `main` has for each layer four weight vectors (forget, in, out, change) and their
/// four biases; `extra` an input weight, an output weight and an output bias; `state` for each
/// layer the hidden vector and the cell to start from; `sequence` a row a character.
#[differentiate(wrt(main, extra))]
pub fn loss(main: &[f64], extra: &[f64], state: &[f64], sequence: &[f64], b: usize) -> f64 {
    let layers = main.len() / (8 * b);
    let characters = sequence.len() / b;
    let mut hidden = vec![0.0; layers * b];
    let mut cell = vec![0.0; layers * b];
    for i in 0..layers {
        for k in 0..b {
            hidden[i * b + k] = state[2 * i * b + k];
            cell[i * b + k] = state[(2 * i + 1) * b + k];
        }
    }
    let mut total = 0.0;
    for t in 0..characters - 1 {
        let mut z = vec![0.0; b];
        for k in 0..b {
            z[k] = extra[k] * sequence[t * b + k];
        }
        for i in 0..layers {
            let weight = &main[8 * i * b..(8 * i + 4) * b];
            let bias = &main[(8 * i + 4) * b..(8 * i + 8) * b];
            for k in 0..b {
                let before = hidden[i * b + k];
                let forget = sigmoid(z[k] * weight[k] + bias[k]);
                let input = sigmoid(before * weight[b + k] + bias[b + k]);
                let output = sigmoid(z[k] * weight[2 * b + k] + bias[2 * b + k]);
                let change = (before * weight[3 * b + k] + bias[3 * b + k]).tanh();
                let state = cell[i * b + k] * forget + input * change;
                cell[i * b + k] = state;
                hidden[i * b + k] = output * state.tanh();
                z[k] = hidden[i * b + k];
            }
        }
        let mut predicted = vec![0.0; b];
        let mut sum = 2.0;
        for k in 0..b {
            predicted[k] = z[k] * extra[b + k] + extra[2 * b + k];
            sum += predicted[k].exp();
        }
        let normaliser = sum.ln();
        for k in 0..b {
            total += sequence[(t + 1) * b + k] * (predicted[k] - normaliser);
        }
    }
    -total / (b * (characters - 1)) as f64
}
