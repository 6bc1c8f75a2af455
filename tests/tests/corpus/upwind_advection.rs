//! Periodic advection with the side chosen by the sign of an active velocity, two buffers.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn upwind_advection(u: &[f64], velocity: f64, steps: usize) -> Vec<f64> {
    let n = u.len();
    let mut now = u.to_vec();
    for _ in 0..steps {
        let mut next = vec![0.0; n];
        for i in 0..n {
            let slope = if velocity > 0.0 {
                now[i] - now[(i + n - 1) % n]
            } else {
                now[(i + 1) % n] - now[i]
            };
            next[i] = now[i] - velocity * slope;
        }
        now = next;
    }
    now
}

pub fn points() -> Vec<(Vec<f64>, f64, usize)> {
    vec![
        (vec![0.0, 1.0, 0.5, 0.2], 0.4, 3),
        (vec![0.0, 1.0, 0.5], -0.4, 1),
        (vec![0.7, 0.1], 0.3, 0),
    ]
}
