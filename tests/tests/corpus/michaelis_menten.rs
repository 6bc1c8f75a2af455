//! Residuals of enzyme kinetics, a Jacobian for least squares.

use autodiff_runtime::differentiate;

#[differentiate(scalar, wrt(parameters))]
pub fn michaelis_menten(parameters: &[f64; 2], concentrations: &[f64], rates: &[f64]) -> Vec<f64> {
    let mut residuals = vec![0.0; rates.len()];
    for i in 0..rates.len() {
        let c = concentrations[i];
        residuals[i] = parameters[0] * c / (parameters[1] + c) - rates[i];
    }
    residuals
}

pub fn points() -> Vec<([f64; 2], Vec<f64>, Vec<f64>)> {
    vec![(
        [0.36, 0.56],
        vec![0.04, 0.19, 0.43, 0.63, 1.25],
        vec![0.05, 0.13, 0.09, 0.21, 0.27],
    )]
}
