//! Vectors made by `vec!`, `to_vec` and `clone`, assigned as a whole.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn vector_clones(x: &[f64], rounds: usize) -> f64 {
    let mut now = x.to_vec();
    for _ in 0..rounds {
        let before = now.clone();
        for i in 0..now.len() {
            now[i] = before[i] * before[(i + 1) % before.len()];
        }
        if now[0] < 0.0 {
            now = before;
        }
    }
    let mut weighted = vec![2.0, 1.0];
    weighted[1] = now[0] * weighted[0];
    weighted[1] * now[now.len() - 1]
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![0.5, 1.3, 0.8], 2),
        (vec![0.5, -1.3, 0.8], 2),
        (vec![0.7], 1),
        (vec![0.7, 0.2], 0),
    ]
}
