//! log Γ by Stirling's series after shifting the argument up: a `while` on an active value.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn ln_gamma(x: f64) -> f64 {
    let mut z = x;
    let mut shift = 1.0;
    while z < 7.0 {
        shift *= z;
        z += 1.0;
    }
    let w = 1.0 / (z * z);
    let series = (1.0 / 12.0 - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w / 1680.0))) / z;
    (z - 0.5) * z.ln() - z + 0.5 * std::f64::consts::TAU.ln() + series - shift.ln()
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.5,), (3.2,), (9.0,)]
}
