//! Predators and prey by explicit Euler steps, compared with observations every tenth step.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn lotka_volterra(parameters: [f64; 4], observed: &[f64]) -> f64 {
    let h = 0.02;
    let mut prey = 1.0;
    let mut predators = 0.5;
    let mut misfit = 0.0;
    for step in 1..=10 * observed.len() {
        let births = parameters[0] * prey - parameters[1] * prey * predators;
        let deaths = parameters[2] * prey * predators - parameters[3] * predators;
        prey += h * births;
        predators += h * deaths;
        if step % 10 == 0 {
            let residual = prey - observed[step / 10 - 1];
            misfit += residual * residual;
        }
    }
    misfit
}

pub fn points() -> Vec<([f64; 4], Vec<f64>)> {
    vec![
        ([1.5, 1.0, 1.0, 3.0], vec![1.1, 1.4, 1.8]),
        ([0.8, 0.4, 0.3, 0.9], vec![]),
    ]
}
