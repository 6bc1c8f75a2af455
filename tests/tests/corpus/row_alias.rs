//! Shared references bound by `let` to parts of a parameter.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn row_alias(table: &[[f64; 2]], weights: &[Vec<f64>]) -> f64 {
    let mut sum = 0.0;
    for r in 0..weights.len() {
        let row = &weights[r];
        for c in 0..row.len() {
            let pair = &table[c];
            sum += row[c] * pair[0] * pair[1];
        }
    }
    sum
}

pub fn points() -> Vec<(Vec<[f64; 2]>, Vec<Vec<f64>>)> {
    vec![(
        vec![[1.1, 0.5], [0.3, 0.9]],
        vec![vec![1.0], vec![2.0, 0.4], vec![]],
    )]
}
