//! An integrator with time kept as a float beside the loop counter.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn driven_growth(omega: f64, steps: usize) -> f64 {
    let mut t = 0.0;
    let mut x = 1.0;
    for k in 0..steps {
        x += 0.1 * (omega * t).cos() * x;
        t += 0.1;
        if k % 3 == 2 {
            t *= 1.01;
        }
    }
    x
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(1.3, 7), (0.4, 0)]
}
