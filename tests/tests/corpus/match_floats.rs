//! `match` on an active float by ranges: the piece of a piecewise function.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn match_floats(x: f64, scale: f64) -> f64 {
    let piece = match x {
        ..-1.0 => -x - 0.5,
        -1.0..=1.0 => 0.5 * x * x,
        v @ 1.0..4.0 => v - 0.5,
        _ => 3.5 + (x - 3.0).ln(),
    };
    piece * scale
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(-2.5, 0.7), (0.3, 1.4), (2.0, -0.6), (7.0, 2.0)]
}
