//! A pinhole camera with radial distortion: the distance of projected points from observed ones.

use autodiff_runtime::differentiate;

#[differentiate]
fn project(focal: f64, centre: [f64; 2], k: [f64; 2], p: [f64; 3]) -> [f64; 2] {
    let (x, y) = (p[0] / p[2], p[1] / p[2]);
    let r2 = x * x + y * y;
    let distort = 1.0 + r2 * (k[0] + k[1] * r2);
    [
        focal * distort * x + centre[0],
        focal * distort * y + centre[1],
    ]
}

#[differentiate]
pub fn camera_projection(focal: f64, k: [f64; 2], points: &[[f64; 3]], seen: &[[f64; 2]]) -> f64 {
    points
        .iter()
        .zip(seen)
        .map(|(p, q)| {
            let [u, v] = project(focal, [0.1, -0.05], k, *p);
            (u - q[0]).powi(2) + (v - q[1]).powi(2)
        })
        .sum::<f64>()
        .sqrt()
}

pub fn points() -> Vec<(f64, [f64; 2], Vec<[f64; 3]>, Vec<[f64; 2]>)> {
    vec![(
        1.2,
        [-0.1, 0.02],
        vec![[0.3, 0.2, 2.0], [-0.4, 0.1, 1.5]],
        vec![[0.4, 0.2], [-0.1, 0.3]],
    )]
}
