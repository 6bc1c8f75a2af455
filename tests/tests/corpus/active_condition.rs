//! Active values decide which side of a branch is taken, and how often a loop turns.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn active_condition(x: &[f64], limit: f64) -> f64 {
    let mut energy = 0.0;
    let mut i = 0;
    while energy < limit && i < x.len() {
        if x[i] * x[i] > energy {
            energy += x[i] * x[i];
        } else if x[i] > 0.0 {
            energy += x[i].sqrt() * 0.1;
        } else {
            energy = energy * 1.1 - x[i];
        }
        i += 1;
    }
    energy * limit
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.5, 0.3, -0.2, 1.5, 2.0], 3.0),
        (vec![0.5, 0.3], 0.1),
        (vec![], 1.0),
    ]
}
