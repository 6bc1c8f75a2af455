//! A point of a Bézier curve by repeated interpolation on a copy of the control points.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn de_casteljau(control: &[[f64; 2]], t: f64) -> [f64; 2] {
    let mut points = control.to_vec();
    for level in 1..points.len() {
        for i in 0..points.len() - level {
            for axis in 0..2 {
                points[i][axis] = (1.0 - t) * points[i][axis] + t * points[i + 1][axis];
            }
        }
    }
    points[0]
}

pub fn points() -> Vec<(Vec<[f64; 2]>, f64)> {
    vec![
        (vec![[0.0, 0.0], [1.0, 2.0], [3.0, -1.0], [4.0, 1.0]], 0.3),
        (vec![[0.5, 0.7]], 0.1),
    ]
}
