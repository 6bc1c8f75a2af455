//! A second, mutable name for a variable or for a part of one.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn mutable_alias(x: f64, v: &[f64]) -> f64 {
    let mut y = x;
    let alias = &mut y;
    *alias = *alias * x;
    let mut rows = [[v[0], x], [x * x, v[1]]];
    let row = &mut rows[1];
    row[0] *= row[1];
    let element = &mut row[1];
    *element += 1.0;
    y * rows[1][0] + rows[1][1] * rows[0][0]
}

pub fn points() -> Vec<(f64, Vec<f64>)> {
    vec![(0.3, vec![0.7, -1.2])]
}
