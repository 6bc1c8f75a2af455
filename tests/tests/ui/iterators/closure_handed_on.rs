//! A closure over active values that is given to a function.

use autodiff_runtime::differentiate;

fn apply(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(x)
}

#[differentiate]
fn applied(x: f64, y: f64) -> f64 {
    apply(|t| t * y, x)
}

fn main() {}
