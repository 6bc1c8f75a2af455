//! The least cost of matching two series in order, row by row.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn dynamic_time_warping(a: &[f64], b: &[f64]) -> f64 {
    let mut previous = vec![f64::INFINITY; b.len() + 1];
    previous[0] = 0.0;
    for x in a {
        let mut current = vec![f64::INFINITY];
        for (j, y) in b.iter().enumerate() {
            let best = previous[j].min(previous[j + 1]).min(current[j]);
            current.push((x - y).powi(2) + best);
        }
        previous = current;
    }
    *previous.last().unwrap()
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.3, 1.2, -0.7], vec![0.5, 0.4, 0.9, -0.2])]
}
