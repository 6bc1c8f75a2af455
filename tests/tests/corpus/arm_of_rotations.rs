//! Forward kinematics of a serial arm: `Rotation3` about alternating axes, one link after the other.

use autodiff_runtime::differentiate;
use nalgebra::{Rotation3, Vector3};

#[differentiate]
pub fn arm_of_rotations(angles: &[f64], lengths: &[f64]) -> Vector3<f64> {
    let mut orientation = Rotation3::identity();
    let mut position = Vector3::zeros();
    for (k, (angle, length)) in angles.iter().zip(lengths).enumerate() {
        let axis = if k % 2 == 0 {
            Vector3::z_axis()
        } else {
            Vector3::y_axis()
        };
        orientation = orientation * Rotation3::from_axis_angle(&axis, *angle);
        position += orientation * Vector3::new(*length, 0.0, 0.0);
    }
    position
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![0.3, -0.5, 1.2], vec![1.0, 0.8, 0.4]),
        (vec![0.0, 0.7, 0.0], vec![1.0, 0.8, 0.4]),
    ]
}
