//! Remainders and rounding: slopes of one or of zero between the jumps.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn wrap_angle(x: f64, period: f64) -> f64 {
    let wrapped = (x + 0.5 * period).rem_euclid(period) - 0.5 * period;
    let stepped = x.floor() + x.ceil() * x + x.round() - x.trunc() * x;
    wrapped * wrapped + x.fract() * period + stepped + x % period + x.signum() * x.abs()
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(7.3, 2.0), (-4.4, 1.5), (0.3, 2.2)]
}
