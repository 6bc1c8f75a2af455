//! Half the squared error of an exponential through points, rows copied to variables.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn exponential_fit(parameters: &[f64; 2], data: &[[f64; 2]]) -> f64 {
    let mut sum = 0.0;
    for i in 0..data.len() {
        let row = data[i];
        let error = parameters[0] * (-parameters[1] * row[0]).exp() - row[1];
        sum += error * error;
    }
    0.5 * sum
}

pub fn points() -> Vec<([f64; 2], Vec<[f64; 2]>)> {
    vec![([0.7, 0.2], vec![[0.1, 0.4], [1.0, 0.2], [2.0, 0.1]])]
}
