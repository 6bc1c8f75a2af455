//! A loop left between two updates of its state.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn break_mid_update(x: &[f64]) -> f64 {
    let mut a = 1.0;
    let mut b = 0.5;
    for i in 0..x.len() {
        a = a * x[i] + b;
        if a > 2.0 {
            break;
        }
        b = a * b + x[i];
        if b < -1.0 {
            b = -b;
            continue;
        }
        a *= 1.5;
    }
    a * b
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![0.4, 0.3, 0.2],),
        (vec![0.4, 3.0, 5.0],),
        (vec![-2.0, -1.5, 0.7],),
        (vec![],),
    ]
}
