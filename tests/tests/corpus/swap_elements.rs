//! Elements of a slice exchanged through a temporary.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn swap_elements(x: &mut [f64]) {
    for i in 0..x.len() / 2 {
        let j = x.len() - 1 - i;
        let t = x[i];
        x[i] = 2.0 * x[j];
        x[j] = t * t;
    }
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![
        (vec![0.5, -1.0, 2.0],),
        (vec![0.1, 0.2, 0.3, 0.4],),
        (vec![7.0],),
        (vec![],),
    ]
}
