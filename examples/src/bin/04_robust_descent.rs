//! Many samples, some of them wrong: the same descent with two ways to make one step of the per-sample gradients.

use autodiff_runtime::differentiate;
use autodiff_runtime::robust::{Aggregator, Mean, MedianOfMeans, RobGrad, Selection};

/// Squared error of one sample on the line w₀ + w₁·x.
#[differentiate(wrt(w))]
fn loss(w: &[f64], x: f64, y: f64) -> f64 {
    let residual = w[0] + w[1] * x - y;
    0.5 * residual * residual
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // y = 1 + 2x, but for two samples of forty that are nonsense.
    let x: Vec<f64> = (0..40).map(|i| f64::from(7 * i % 40) / 40.0).collect();
    let mut y: Vec<f64> = x.iter().map(|x| 1.0 + 2.0 * x).collect();
    (y[5], y[23]) = (1e3, -4e3);

    println!("true line           1.0000 + 2.0000 x");
    fit("mean", Mean, &x, &y)?;
    fit("median of means", MedianOfMeans::new(9)?, &x, &y)
}

fn fit(
    name: &str,
    aggregator: impl Aggregator<f64>,
    x: &[f64],
    y: &[f64],
) -> Result<(), Box<dyn std::error::Error>> {
    let mut w = [0.0, 0.0];
    let mut descent = RobGrad::new(aggregator);
    for t in 0..4000 {
        let step_size = 0.5 / (1.0 + 0.001 * f64::from(t));
        let gradient =
            |i: usize, w: &[f64], w_bar: &mut [f64]| loss_grad_into(w, w_bar, x[i], y[i]);
        descent.step(&mut w, x.len(), step_size, &Selection::All, gradient)?;
    }
    println!("{name:<18} {:>7.4} + {:.4} x", w[0], w[1]);
    Ok(())
}
