//! A continued fraction from its innermost term.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn continued_fraction(x: f64, depth: usize) -> f64 {
    let mut tail = 0.0;
    for k in (1..=depth).rev() {
        tail = x * x / ((2 * k + 1) as f64 - tail);
    }
    x / (1.0 - tail)
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.8, 8), (0.3, 1), (0.5, 0)]
}
