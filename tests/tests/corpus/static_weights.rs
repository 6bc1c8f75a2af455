//! Gauss-Legendre quadrature with nodes and weights in statics.

use autodiff_runtime::differentiate;

static NODES: [f64; 3] = [-0.774_596_669_241_483_4, 0.0, 0.774_596_669_241_483_4];
static WEIGHTS: [f64; 3] = [5.0 / 9.0, 8.0 / 9.0, 5.0 / 9.0];

#[differentiate(scalar)]
pub fn static_weights(from: f64, to: f64, rate: f64) -> f64 {
    let half = 0.5 * (to - from);
    let centre = 0.5 * (to + from);
    let mut sum = 0.0;
    for i in 0..3 {
        let t = centre + half * NODES[i];
        sum += WEIGHTS[i] * (rate * t).sin() / t;
    }
    half * sum
}

pub fn points() -> Vec<(f64, f64, f64)> {
    vec![(0.5, 2.0, 1.3), (1.0, 1.5, -0.4)]
}
