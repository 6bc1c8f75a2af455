//! One update of a Kalman filter: predicted state and covariance, gain by an inverse.

use autodiff_runtime::differentiate;
use nalgebra::{Matrix1, Matrix2, RowVector2, Vector2};

#[differentiate]
pub fn kalman_update(
    state: Vector2<f64>,
    covariance: Matrix2<f64>,
    noise: f64,
    observed: f64,
) -> f64 {
    let dynamics = Matrix2::new(1.0, 0.1, 0.0, 1.0);
    let observe = RowVector2::new(1.0, 0.0);
    let predicted = dynamics * state;
    let spread = dynamics * covariance * dynamics.transpose() + Matrix2::identity() * noise;
    let innovation = Matrix1::new(observed) - observe * predicted;
    let scale = observe * spread * observe.transpose() + Matrix1::new(noise * 2.0);
    let gain = spread * observe.transpose() * scale.try_inverse().unwrap();
    let updated = predicted + gain * innovation;
    let left = spread - gain * observe * spread;
    updated.norm_squared() + left.trace()
}

pub fn points() -> Vec<(Vector2<f64>, Matrix2<f64>, f64, f64)> {
    vec![(
        Vector2::new(0.5, -0.2),
        Matrix2::new(1.0, 0.3, 0.3, 0.8),
        0.05,
        0.7,
    )]
}
