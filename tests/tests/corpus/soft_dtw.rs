//! Soft dynamic time warping: a table filled row by row.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn soft_min(a: f64, b: f64, c: f64) -> f64 {
    let least = a.min(b).min(c);
    least - ((least - a).exp() + (least - b).exp() + (least - c).exp()).ln()
}

#[differentiate(scalar)]
pub fn soft_dtw(x: &[f64], y: &[f64]) -> f64 {
    let width = y.len() + 1;
    let mut table = vec![1e3; (x.len() + 1) * width];
    table[0] = 0.0;
    for i in 1..=x.len() {
        for j in 1..=y.len() {
            let cost = (x[i - 1] - y[j - 1]) * (x[i - 1] - y[j - 1]);
            let above = table[(i - 1) * width + j];
            let left = table[i * width + j - 1];
            let diagonal = table[(i - 1) * width + j - 1];
            table[i * width + j] = cost + soft_min(above, left, diagonal);
        }
    }
    table[x.len() * width + y.len()]
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![0.1, 0.5, -0.4], vec![0.2, 0.3, -0.1, -0.5]),
        (vec![1.0], vec![0.5]),
    ]
}
