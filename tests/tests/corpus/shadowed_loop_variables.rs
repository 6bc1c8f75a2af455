//! One name for a parameter, loop variables, what patterns bind and what an arm computes.

#![allow(clippy::redundant_guards, reason = "the guard is tested")]

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn shadowed_loop_variables(x: f64, n: usize) -> f64 {
    let mut total = x;
    for x in 0..n {
        let x = total * (x + 1) as f64;
        for n in 0..x.abs().min(3.0) as usize {
            let x = x + n as f64;
            total += match (x, n) {
                (x, 0) => x * 0.125,
                (_, n) if n == 1 => {
                    let x = x * x;
                    x * 0.0625
                }
                (total, _) => total.sin(),
            };
        }
        let total = total * x;
        if total > 50.0 {
            let x = total.ln();
            return x * x;
        }
    }
    total * x
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.7, 3), (1.3, 4), (-0.4, 2), (0.3, 0)]
}
