//! ∛a by Newton steps until they stop moving: the condition reads active values.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn newton_cube_root(a: f64) -> f64 {
    let mut x = a;
    let mut step = 1.0;
    while step * step > 1e-24 {
        step = (x * x * x - a) / (3.0 * x * x);
        x -= step;
    }
    x
}

pub fn points() -> Vec<(f64,)> {
    vec![(2.0,), (27.5,), (0.6,)]
}
