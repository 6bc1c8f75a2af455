//! Elements changed through `iter_mut`, `chunks_exact_mut` and references to parts.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn items_in_place(x: &mut [f64], y: &[f64]) {
    for v in x.iter_mut() {
        *v *= 2.0;
    }
    for (v, w) in x.iter_mut().zip(y) {
        *v += w * w;
    }
    x.iter_mut().enumerate().for_each(|(i, v)| {
        if *v > 0.0 {
            *v = v.sin() * (1.0 + i as f64);
        }
    });
    for pair in x.chunks_exact_mut(2) {
        pair[0] *= pair[1];
        pair.reverse();
    }
    let last = x.last_mut().unwrap();
    *last *= y[0];
    let head = &mut x[..2];
    head[1] = head[0] * head[1];
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8, 0.5], vec![0.4, -0.9])]
}
