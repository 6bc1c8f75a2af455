//! A cubic spline through knots: the interval is an index computed from an active value.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn catmull_rom(knots: &[f64], x: f64) -> f64 {
    let i = x.floor() as usize;
    let t = x - x.floor();
    let slope = 0.5 * (knots[i + 2] - knots[i]);
    let next_slope = 0.5 * (knots[i + 3] - knots[i + 1]);
    let t2 = t * t;
    let t3 = t2 * t;
    (2.0 * t3 - 3.0 * t2 + 1.0) * knots[i + 1]
        + (t3 - 2.0 * t2 + t) * slope
        + (3.0 * t2 - 2.0 * t3) * knots[i + 2]
        + (t3 - t2) * next_slope
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    let knots = vec![0.0, 1.0, 0.5, -0.2, 0.8, 1.5];
    vec![(knots.clone(), 0.3), (knots.clone(), 1.8), (knots, 2.5)]
}
