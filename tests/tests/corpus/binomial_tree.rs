//! An American put on a binomial tree, rolled back in place.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn binomial_tree(spot: f64, strike: f64, volatility: f64, rate: f64, steps: usize) -> f64 {
    let dt = 1.0 / steps as f64;
    let up = (volatility * dt.sqrt()).exp();
    let down = 1.0 / up;
    let discount = (-rate * dt).exp();
    let p = (1.0 / discount - down) / (up - down);
    let mut values = vec![0.0; steps + 1];
    for i in 0..=steps {
        values[i] = (strike - spot * up.powi(2 * i as i32 - steps as i32)).max(0.0);
    }
    for step in (0..steps).rev() {
        for i in 0..=step {
            let hold = discount * (p * values[i + 1] + (1.0 - p) * values[i]);
            let exercise = strike - spot * up.powi(2 * i as i32 - step as i32);
            values[i] = hold.max(exercise);
        }
    }
    values[0]
}

pub fn points() -> Vec<(f64, f64, f64, f64, usize)> {
    vec![(1.0, 1.07, 0.3, 0.04, 6), (1.0, 1.9, 0.3, 0.04, 3)]
}
