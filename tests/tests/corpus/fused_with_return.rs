//! A sum over samples that may end early with a return of something else.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn fused_with_return(x: &[f64], w: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let y = w * x[i];
        if y < -1.0 {
            return y * w;
        }
        if y > 1.0 {
            continue;
        }
        sum += y * y;
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.5, 0.3, 2.0, 0.1], 0.8),
        (vec![0.5, -2.0, 0.1], 0.8),
        (vec![], 0.5),
    ]
}
