//! Rows of different lengths: a slice of vectors.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn jagged(rows: &[Vec<f64>]) -> f64 {
    let mut total = 1.0;
    for i in 0..rows.len() {
        let mut sum = 0.5;
        for j in 0..rows[i].len() {
            sum += rows[i][j] * rows[i][j];
        }
        total *= sum;
    }
    total
}

pub fn points() -> Vec<(Vec<Vec<f64>>,)> {
    vec![
        (vec![vec![0.5, 1.3], vec![], vec![0.8, -0.2, 0.4]],),
        (vec![],),
    ]
}
