//! Variables declared outside of a loop and overwritten in each iteration.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn reused_temporaries(x: &[f64]) -> f64 {
    let mut previous = 0.0;
    let mut here = 1.0;
    let mut work = [0.0; 2];
    for i in 0..x.len() {
        work[0] = x[i] * here;
        work[1] = work[0] * previous;
        previous = here;
        here = work[1].sin() + work[0];
    }
    here * work[0] + previous * work[1]
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -0.3, 0.8],), (vec![0.6],), (vec![],)]
}
