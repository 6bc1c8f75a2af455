//! A chain of rigid transforms as homogeneous matrices, multiplied one after the other.

use autodiff_runtime::differentiate;

#[differentiate]
fn link(angle: f64, offset: f64) -> [[f64; 3]; 3] {
    let (s, c) = angle.sin_cos();
    [[c, -s, offset * c], [s, c, offset * s], [0.0, 0.0, 1.0]]
}

#[differentiate]
pub fn rigid_chain(angles: &[f64], offsets: &[f64]) -> [f64; 2] {
    let mut pose = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for (angle, offset) in angles.iter().zip(offsets) {
        let step = link(*angle, *offset);
        let mut next = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                for k in 0..3 {
                    next[i][j] += pose[i][k] * step[k][j];
                }
            }
        }
        pose = next;
    }
    [pose[0][2], pose[1][2]]
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![(vec![0.2, -0.7, 1.1], vec![1.0, 0.8, 0.3])]
}
