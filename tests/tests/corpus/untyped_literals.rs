//! Literals whose type only their use says, in one case only that in a call.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn product(a: f64, b: f64) -> f64 {
    a * b
}

#[differentiate]
pub fn pair(a: f64) -> (f64, f64) {
    (a * a, a)
}

#[differentiate]
pub fn untyped_literals(x: f64) -> f64 {
    let mut rate = 0.3;
    let mut step = 0.5;
    let scaled = product(x, rate);
    let moved = x * step;
    let twice = (step + step).sin();
    let growth = (rate * 0.3).exp();
    let table = [[0.25; 2]; 2];
    let read = (step * table[1][0]).tanh();
    let mut both = pair(x);
    (both.0, step) = (0.7, both.1);
    rate += scaled;
    moved * twice * growth * rate * read * step * both.0
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.7,), (-1.1,)]
}
