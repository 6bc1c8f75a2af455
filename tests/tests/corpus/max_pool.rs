//! Maxima of windows, then their mean square.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn max_pool(x: &[f64], width: usize) -> f64 {
    let mut total = 0.0;
    for start in (0..x.len()).step_by(width) {
        let mut largest = f64::NEG_INFINITY;
        for i in start..x.len().min(start + width) {
            if x[i] > largest {
                largest = x[i];
            }
        }
        total += largest * largest;
    }
    total
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![0.5, -0.3, 0.8, 1.1, 0.2], 2),
        (vec![0.5, -0.3, 0.8], 3),
        (vec![], 2),
    ]
}

pub fn kinks() -> Vec<(Vec<f64>, usize)> {
    vec![(vec![0.5, 0.5, 0.8, 0.8], 2)]
}
