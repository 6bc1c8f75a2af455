//! √a by eight Newton steps.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn newton_sqrt(a: f64) -> f64 {
    let mut x = 0.5 * (1.0 + a);
    for _ in 0..8 {
        x = 0.5 * (x + a / x);
    }
    x
}

pub fn points() -> Vec<(f64,)> {
    vec![(2.0,), (9.0,), (0.3,)]
}
