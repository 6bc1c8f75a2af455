//! A vector turned by a quaternion that need not have unit length.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn quaternion_rotation(q: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let norm = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
    let tx = 2.0 * (q[2] * v[2] - q[3] * v[1]) / norm;
    let ty = 2.0 * (q[3] * v[0] - q[1] * v[2]) / norm;
    let tz = 2.0 * (q[1] * v[1] - q[2] * v[0]) / norm;
    [
        v[0] + q[0] * tx + q[2] * tz - q[3] * ty,
        v[1] + q[0] * ty + q[3] * tx - q[1] * tz,
        v[2] + q[0] * tz + q[1] * ty - q[2] * tx,
    ]
}

pub fn points() -> Vec<([f64; 4], [f64; 3])> {
    vec![([0.9, 0.1, -0.3, 0.2], [1.0, 0.5, -2.0])]
}
