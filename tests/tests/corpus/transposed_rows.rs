//! Collected rows of a collected matrix, flattened again.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn transposed_rows(rows: &[Vec<f64>]) -> f64 {
    let columns: Vec<Vec<f64>> = (0..rows[0].len())
        .map(|j| rows.iter().map(|row| row[j] * row[0]).collect())
        .collect();
    let mut norms = 0.0;
    for column in &columns {
        norms += column.iter().map(|v| v * v).sum::<f64>().sqrt();
    }
    norms * columns.iter().flatten().copied().product::<f64>()
}

pub fn points() -> Vec<(Vec<Vec<f64>>,)> {
    vec![(vec![vec![0.3, 1.2], vec![-0.7, 0.8], vec![0.1, 0.9]],)]
}
