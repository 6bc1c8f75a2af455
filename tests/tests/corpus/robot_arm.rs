//! Joint positions of a planar arm, as a vector of twice the number of joints.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn robot_arm(angles: &[f64], lengths: &[f64]) -> Vec<f64> {
    let mut positions = vec![0.0; 2 * angles.len()];
    let mut heading = 0.0;
    let mut x = 0.0;
    let mut y = 0.0;
    for i in 0..angles.len() {
        heading += angles[i];
        x += lengths[i] * heading.cos();
        y += lengths[i] * heading.sin();
        positions[2 * i] = x;
        positions[2 * i + 1] = y;
    }
    positions
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![0.3, -0.5, 1.1], vec![1.0, 0.8, 0.5]),
        (vec![0.2], vec![2.0]),
        (vec![], vec![]),
    ]
}
