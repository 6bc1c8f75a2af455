//! Every method of two or three floats.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn binary_tour(x: f64, y: f64) -> f64 {
    let powers = x.powf(y) + y.powi(3) + x.powi(-2) + x.powf(2.5) + y.log(x + 1.0);
    let plane = y.atan2(x) * x.hypot(y);
    let order = x.max(y) - x.min(y) + x.clamp(0.1, 5.0) + x.copysign(-y);
    x.mul_add(y, powers) + plane * order + f64::powf(y, x) + f64::atan2(x, 2.0)
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.8, 1.3), (2.1, 0.4)]
}
