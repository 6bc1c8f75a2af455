//! Four steps of a leapfrog integration of bodies under gravity; the energy at the end.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn n_body(positions: &[[f64; 2]], velocities: &[[f64; 2]], masses: &[f64], dt: f64) -> f64 {
    let n = masses.len();
    let mut x = positions.to_vec();
    let mut v = velocities.to_vec();
    for _ in 0..4 {
        for i in 0..n {
            for j in 0..n {
                if i == j {
                    continue;
                }
                let (dx, dy) = (x[j][0] - x[i][0], x[j][1] - x[i][1]);
                let d2 = dx * dx + dy * dy + 0.01;
                let pull = masses[j] / (d2 * d2.sqrt());
                v[i][0] += dt * pull * dx;
                v[i][1] += dt * pull * dy;
            }
        }
        for i in 0..n {
            for k in 0..2 {
                x[i][k] += dt * v[i][k];
            }
        }
    }
    let mut energy = 0.0;
    for i in 0..n {
        energy += 0.5 * masses[i] * (v[i][0].powi(2) + v[i][1].powi(2));
        for j in 0..i {
            energy -= masses[i] * masses[j] / (x[i][0] - x[j][0]).hypot(x[i][1] - x[j][1]);
        }
    }
    energy
}

pub fn points() -> Vec<(Vec<[f64; 2]>, Vec<[f64; 2]>, Vec<f64>, f64)> {
    vec![(
        vec![[0.0, 0.0], [1.0, 0.2], [-0.4, 0.9]],
        vec![[0.1, 0.0], [0.0, 0.5], [-0.3, 0.1]],
        vec![1.0, 0.4, 0.3],
        0.05,
    )]
}
