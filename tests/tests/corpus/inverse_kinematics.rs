//! A planar arm led to a target by steps of the transposed Jacobian.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn inverse_kinematics(lengths: [f64; 2], target: [f64; 2], gain: f64) -> [f64; 2] {
    let mut q: [f64; 2] = [0.4, 0.6];
    for _ in 0..6 {
        let (s1, c1) = q[0].sin_cos();
        let (s12, c12) = (q[0] + q[1]).sin_cos();
        let x = lengths[0] * c1 + lengths[1] * c12;
        let y = lengths[0] * s1 + lengths[1] * s12;
        let (ex, ey) = (target[0] - x, target[1] - y);
        q[0] += gain * (-y * ex + x * ey);
        q[1] += gain * (-lengths[1] * s12 * ex + lengths[1] * c12 * ey);
    }
    q
}

pub fn points() -> Vec<([f64; 2], [f64; 2], f64)> {
    vec![([1.0, 0.8], [0.9, 1.1], 0.2)]
}
