//! BA: reprojection residuals of bundle adjustment.
//!
//! A camera is a rotation vector, a centre, a focal length, a principal point and two radial
//! distortion coefficients, eleven numbers in this order.

use autodiff_runtime::differentiate;

#[differentiate]
fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[differentiate]
fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `x` turned by the rotation vector `r` (Rodrigues' formula); to first order where r is zero.
#[differentiate]
pub fn rotate(r: &[f64; 3], x: &[f64; 3]) -> [f64; 3] {
    let squared = dot(r, r);
    if squared == 0.0 {
        let turn = cross(r, x);
        return [x[0] + turn[0], x[1] + turn[1], x[2] + turn[2]];
    }
    let angle = squared.sqrt();
    let (sin, cos) = angle.sin_cos();
    let axis = [r[0] / angle, r[1] / angle, r[2] / angle];
    let turn = cross(&axis, x);
    let along = dot(&axis, x) * (1.0 - cos);
    [
        x[0] * cos + turn[0] * sin + axis[0] * along,
        x[1] * cos + turn[1] * sin + axis[1] * along,
        x[2] * cos + turn[2] * sin + axis[2] * along,
    ]
}

/// Where a camera sees a point.
#[differentiate]
pub fn project(camera: &[f64; 11], point: &[f64; 3]) -> [f64; 2] {
    let rotation = [camera[0], camera[1], camera[2]];
    let seen = [
        point[0] - camera[3],
        point[1] - camera[4],
        point[2] - camera[5],
    ];
    let y = rotate(&rotation, &seen);
    let flat = [y[0] / y[2], y[1] / y[2]];
    let squared = flat[0] * flat[0] + flat[1] * flat[1];
    let distortion = 1.0 + camera[9] * squared + camera[10] * squared * squared;
    [
        flat[0] * distortion * camera[6] + camera[7],
        flat[1] * distortion * camera[6] + camera[8],
    ]
}

/// Weighted difference between where the camera sees the point and where it was measured.
#[differentiate(wrt(camera, point, weight))]
pub fn reprojection(
    camera: &[f64; 11],
    point: &[f64; 3],
    weight: f64,
    measured: &[f64; 2],
) -> [f64; 2] {
    let seen = project(camera, point);
    [
        weight * (seen[0] - measured[0]),
        weight * (seen[1] - measured[1]),
    ]
}

/// Keeps a weight near 1.
#[differentiate]
pub fn weight_residual(weight: f64) -> f64 {
    1.0 - weight * weight
}
