//! `Rotation2` and `Point2`: points turned, moved and brought back.

use autodiff_runtime::differentiate;
use nalgebra::{Point2, Rotation2, Vector2};

#[differentiate]
pub fn planar_pose(theta: f64, offset: &Vector2<f64>, p: &Vector2<f64>) -> f64 {
    let rotation = Rotation2::new(theta);
    let point = Point2::new(p.x, p.y);
    let moved = rotation * point + offset;
    let back = rotation.inverse() * moved.coords;
    let other = Rotation2::new(theta * 0.5) * rotation;
    moved.coords.norm() * back.x
        + (other * p).y
        + rotation.matrix()[(0, 1)]
        + (moved - Point2::origin()).norm()
}
pub fn points() -> Vec<(f64, Vector2<f64>, Vector2<f64>)> {
    vec![(0.3, Vector2::new(1.0, 2.0), Vector2::new(0.4, -0.6))]
}
