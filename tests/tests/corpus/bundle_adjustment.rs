//! The reprojection error of bundle adjustment, the camera turned by a unit quaternion.

use autodiff_runtime::differentiate;
use nalgebra::{UnitQuaternion, Vector2, Vector3};

#[differentiate]
pub fn bundle_adjustment(
    rotation: &Vector3<f64>,
    translation: &Vector3<f64>,
    focal: f64,
    distortion: [f64; 2],
    landmark: &Vector3<f64>,
    observed: &Vector2<f64>,
) -> Vector2<f64> {
    let orientation = UnitQuaternion::from_scaled_axis(*rotation);
    let p = orientation * landmark + translation;
    let image = Vector2::new(-p.x / p.z, -p.y / p.z);
    let r2 = image.norm_squared();
    let scale = 1.0 + r2 * (distortion[0] + r2 * distortion[1]);
    image * (focal * scale) - observed
}

pub fn points() -> Vec<(
    Vector3<f64>,
    Vector3<f64>,
    f64,
    [f64; 2],
    Vector3<f64>,
    Vector2<f64>,
)> {
    // Turned, and not turned at all, where optimisation starts.
    let turns = [Vector3::new(0.1, -0.4, 0.2), Vector3::zeros()];
    let points = turns.map(|turn| {
        (
            turn,
            Vector3::new(0.3, 0.1, -4.0),
            500.0,
            [-0.1, 0.02],
            Vector3::new(0.5, 0.7, -1.0),
            Vector2::new(40.0, 30.0),
        )
    });
    points.to_vec()
}
