//! Inclusive, reversed and stepped ranges, and their combinations.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn range_forms(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = 1.0;
    for i in 1..=n {
        a = a * x[n - i] + i as f64;
    }
    for i in (0..n).step_by(2) {
        a += x[i] * a;
    }
    for i in (1..=n).rev() {
        a *= x[i - 1].cos();
    }
    for i in (0..n).rev().step_by(3) {
        a -= x[i] * x[i];
    }
    for i in (0..n).step_by(2).rev() {
        a = a.sin() + x[i];
    }
    a
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![0.5, -0.3, 0.8, 1.1, 0.2, -0.6, 0.9],),
        (vec![0.4],),
        (vec![],),
    ]
}
