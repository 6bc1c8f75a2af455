//! Patterns in parameters, of values and of references.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn pattern_parameters(
    (a, b): (f64, f64),
    &[c, d]: &[f64; 2],
    [mut e, f]: [f64; 2],
    (n, _): (usize, bool),
) -> f64 {
    for _ in 0..n {
        e = e * a + f;
    }
    (a * c - b * d) * e
}

pub fn points() -> Vec<((f64, f64), [f64; 2], [f64; 2], (usize, bool))> {
    vec![
        ((0.7, -0.3), [1.2, 0.4], [0.5, 0.25], (3, true)),
        ((0.7, -0.3), [1.2, 0.4], [0.5, 0.25], (0, false)),
    ]
}
