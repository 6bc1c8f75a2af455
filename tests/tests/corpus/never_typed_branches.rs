//! Branches that never come back, where a value is asked for.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn never_typed_branches(x: f64, n: usize) -> f64 {
    let a = if x > 0.0 {
        x.ln()
    } else {
        panic!("{x} is not positive")
    };
    let b = match n {
        0 => a,
        1..=9 => a * n as f64,
        _ => unreachable!("n is a digit"),
    };
    if n > 5 {
        return if b.is_nan() {
            panic!("not a number")
        } else {
            b * x
        };
    }
    match n {
        0..=5 => b + a,
        _ => unreachable!(),
    }
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.7, 0), (1.7, 3), (2.5, 8)]
}
