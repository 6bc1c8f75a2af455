//! Variables declared without a value, which calls in the branches give them.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn scaled(a: &[f64; 3], t: f64) -> [f64; 3] {
    [a[0] * t, a[1], t * t]
}

#[differentiate]
pub fn decided_later(x: &[f64; 3], early: bool) -> f64 {
    let factor;
    let mut scaled_twice;
    if early {
        factor = x[1] + 2.0;
        scaled_twice = scaled(x, 1.0);
    } else {
        factor = x[1].sin();
        scaled_twice = scaled(x, x[2]);
    }
    scaled_twice[0] *= factor;
    scaled_twice = scaled(&scaled_twice, factor);
    factor * x[0] * scaled_twice[0] * scaled_twice[2]
}

pub fn points() -> Vec<([f64; 3], bool)> {
    vec![([0.7, 0.1, 0.2], true), ([0.7, 0.1, 0.2], false)]
}
