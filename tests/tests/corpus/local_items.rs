//! Items inside of the function: constants of one name in two blocks, functions with derivatives of
//! their own, an enum, a `use`.

use autodiff_runtime::differentiate;

const RATE: f64 = 0.5;

#[differentiate]
pub fn local_items(x: f64, n: usize) -> f64 {
    use std::f64::consts::PI;
    const SCALE: f64 = 0.75;
    enum Side {
        Left,
        Right(f64),
    }
    fn bend(x: f64, by: f64) -> f64 {
        (x * SCALE).sin() + by * x
    }
    fn half(n: usize) -> usize {
        n / 2
    }
    let mut y = bend(x, 0.5) * RATE;
    for k in 0..n {
        let side = if k % 3 == 0 {
            Side::Left
        } else {
            Side::Right(0.125)
        };
        if k % 2 == 0 {
            const RATE: f64 = 0.25;
            const TURNS: usize = 2;
            y = bend(y, x) * RATE + TURNS as f64;
        } else {
            const RATE: f64 = 2.0 * PI;
            const SCALE: f64 = RATE / 4.0;
            y += x * RATE / SCALE;
        }
        y = match side {
            Side::Left => y * RATE,
            Side::Right(by) => y - by * x,
        };
    }
    y * RATE * half(n) as f64 + x
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.7, 5), (-0.3, 2), (1.1, 0)]
}
