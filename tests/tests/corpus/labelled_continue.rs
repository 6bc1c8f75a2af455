//! `continue` of an outer loop, from inside of a `match` in an inner one.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn labelled_continue(x: &[f64], bound: f64) -> f64 {
    let mut total = 0.0;
    'rows: for i in 0..x.len() {
        let mut partial = x[i];
        for j in 0..x.len() {
            match j {
                0 => {}
                _ if partial > bound => continue 'rows,
                _ if partial < -bound => break 'rows,
                _ => partial += x[j] * x[i],
            }
        }
        total += partial * partial;
    }
    total
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.5, 0.7, 1.9, 0.2], 1.5),
        (vec![0.5, -1.7, -1.9, 0.2], 1.5),
        (vec![], 1.0),
    ]
}
