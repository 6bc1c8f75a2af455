//! Vectors handed out together with other values, from the middle of loops.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn return_of_vectors(inputs: &[f64], decay: f64) -> (f64, Vec<f64>) {
    let mut level = 0.0;
    let mut path = Vec::new();
    for u in inputs {
        level = level * decay + u;
        if level < -1.0 {
            return (level, path);
        }
        for k in 0..3 {
            path.push(level * level);
            if level > 3.0 + k as f64 {
                return (decay, path);
            }
        }
    }
    (level, path)
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.4, 0.3, -0.2], 0.7),
        (vec![0.4, -2.0, 0.3], 0.6),
        (vec![1.4, 1.3, 3.2, 0.1], 0.9),
        (vec![], 0.9),
    ]
}
