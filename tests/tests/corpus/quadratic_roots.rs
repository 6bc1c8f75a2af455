//! Real roots, or none, as a function that returns `Option`, and what a caller makes of them.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn roots(a: f64, b: f64, c: f64) -> Option<(f64, f64)> {
    if a.abs() < 1e-12 {
        return if b != 0.0 {
            Some((-c / b, -c / b))
        } else {
            None
        };
    }
    let square = b * b - 4.0 * a * c;
    match square {
        s if s < 0.0 => None,
        0.0 => Some((-b / (2.0 * a), -b / (2.0 * a))),
        _ => {
            let q = -0.5 * (b + square.sqrt().copysign(b));
            Some((q / a, c / q))
        }
    }
}

#[differentiate]
pub fn quadratic_roots(a: f64, b: f64, c: f64) -> f64 {
    let mut shift = 0.0;
    let spread = loop {
        match roots(a, b, c + shift) {
            Some((r, s)) if r > s => break r - s,
            Some((r, s)) => break s - r,
            None => shift -= 0.5 * a * b * b,
        }
    };
    let Some((first, _)) = roots(a, b, -c.abs()) else {
        return spread;
    };
    spread * first
}

pub fn points() -> Vec<(f64, f64, f64)> {
    vec![(1.0, -3.0, 1.0), (1.5, 2.0, 3.0), (0.5, 1.0, -2.0)]
}
