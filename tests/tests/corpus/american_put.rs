//! An American put on a binomial tree: at each node the larger of exercise and continuation.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn american_put(
    spot: f64,
    strike: f64,
    volatility: f64,
    rate: f64,
    #[constant] steps: usize,
) -> f64 {
    let dt = 1.0 / steps as f64;
    let up = (volatility * dt.sqrt()).exp();
    let p = ((rate * dt).exp() - 1.0 / up) / (up - 1.0 / up);
    let discount = (-rate * dt).exp();
    let mut value = vec![0.0; steps + 1];
    for i in 0..=steps {
        value[i] = (strike - spot * up.powi(2 * i as i32 - steps as i32)).max(0.0);
    }
    for n in (0..steps).rev() {
        for i in 0..=n {
            let hold = discount * (p * value[i + 1] + (1.0 - p) * value[i]);
            let exercise = strike - spot * up.powi(2 * i as i32 - n as i32);
            value[i] = hold.max(exercise);
        }
    }
    value[0]
}

pub fn points() -> Vec<(f64, f64, f64, f64, usize)> {
    vec![(1.0, 1.03, 0.3, 0.05, 4)]
}
