//! Unit quaternions from Euler angles, axis and angle, and raw coordinates; composed and inverted.

use autodiff_runtime::differentiate;
use nalgebra::{Quaternion, Unit, UnitQuaternion, Vector3};

#[differentiate]
pub fn attitude(
    roll: f64,
    pitch: f64,
    yaw: f64,
    axis: &Vector3<f64>,
    angle: f64,
    v: &Vector3<f64>,
) -> f64 {
    let q = UnitQuaternion::from_euler_angles(roll, pitch, yaw);
    let r = UnitQuaternion::from_axis_angle(&Unit::new_normalize(*axis), angle);
    let s = q * r;
    let forward = s * v;
    let back = s.inverse() * forward;
    let w = q.inverse_transform_vector(v);
    let turned = r.transform_vector(&w);
    let raw = UnitQuaternion::from_quaternion(Quaternion::new(angle, axis.x, axis.y, axis.z));
    forward.x * back.y
        + turned.z
        + s.to_rotation_matrix().matrix().trace()
        + (raw * v).y
        + s.angle()
}
pub fn points() -> Vec<(f64, f64, f64, Vector3<f64>, f64, Vector3<f64>)> {
    vec![(
        0.3,
        -0.2,
        0.5,
        Vector3::new(1.0, 2.0, -0.5),
        0.7,
        Vector3::new(0.4, -0.6, 1.1),
    )]
}
