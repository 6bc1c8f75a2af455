//! A helper that changes a row in place, given rows of a matrix.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn rotate(row: &mut [f64; 2], angle: f64) {
    let first = row[0] * angle.cos() - row[1] * angle.sin();
    row[1] = row[0] * angle.sin() + row[1] * angle.cos();
    row[0] = first;
}

#[differentiate(scalar)]
pub fn rows_by_reference(points: &[[f64; 2]], angle: f64) -> f64 {
    let mut turned = points.to_vec();
    let mut sum = 0.0;
    for i in 0..turned.len() {
        rotate(&mut turned[i], angle * (i + 1) as f64);
        sum += turned[i][0] * turned[i][0] * turned[i][1];
    }
    sum
}

pub fn points() -> Vec<(Vec<[f64; 2]>, f64)> {
    vec![
        (vec![[0.5, 1.0], [-0.3, 0.8], [1.1, 0.2]], 0.4),
        (vec![], 0.4),
    ]
}
