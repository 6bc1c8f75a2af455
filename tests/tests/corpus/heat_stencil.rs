//! Explicit steps of the heat equation in place, the old left neighbour kept in a variable.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn heat_stencil(u: &mut [f64], diffusivity: f64, steps: usize) {
    for _ in 0..steps {
        let mut left = u[0];
        for i in 1..u.len() - 1 {
            let here = u[i];
            u[i] += diffusivity * (left - 2.0 * here + u[i + 1]);
            left = here;
        }
    }
}

pub fn points() -> Vec<(Vec<f64>, f64, usize)> {
    vec![
        (vec![0.0, 1.0, 0.5, -0.3, 0.2], 0.2, 3),
        (vec![1.0, 2.0, 4.0], 0.4, 1),
        (vec![1.0, 2.0], 0.4, 2),
    ]
}
