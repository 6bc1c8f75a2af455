//! Preintegration of inertial measurements between two frames, with biases.

use autodiff_runtime::differentiate;
use nalgebra::{Rotation3, Vector3};

#[differentiate]
pub fn imu_preintegration(
    gyro: &[Vector3<f64>],
    accel: &[Vector3<f64>],
    gyro_bias: &Vector3<f64>,
    accel_bias: &Vector3<f64>,
    #[constant] dt: f64,
) -> Vector3<f64> {
    let mut delta_r = Rotation3::identity();
    let mut delta_v = Vector3::zeros();
    let mut delta_p = Vector3::zeros();
    for i in 0..gyro.len() {
        let a = delta_r * (accel[i] - accel_bias);
        delta_p += delta_v * dt + 0.5 * a * dt * dt;
        delta_v += a * dt;
        delta_r *= Rotation3::new((gyro[i] - gyro_bias) * dt);
    }
    delta_p + delta_v
}
pub fn points() -> Vec<(
    Vec<Vector3<f64>>,
    Vec<Vector3<f64>>,
    Vector3<f64>,
    Vector3<f64>,
    f64,
)> {
    // A gyroscope that shows something, and one that shows its bias.
    let biases = [Vector3::new(0.01, 0.02, 0.03), Vector3::new(0.1, 0.2, -0.3)];
    let points = biases.map(|bias| {
        (
            vec![Vector3::new(0.1, 0.2, -0.3), Vector3::new(0.4, -0.1, 0.2)],
            vec![Vector3::new(0.1, 0.2, 9.8), Vector3::new(0.3, 0.1, 9.7)],
            bias,
            Vector3::new(0.1, -0.1, 0.05),
            0.1,
        )
    });
    points.to_vec()
}
