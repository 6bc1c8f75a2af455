//! A `loop` left by `break`, with a `continue`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn endless_loop(x: f64, limit: usize) -> f64 {
    let mut rounds = 0;
    let mut y = x;
    loop {
        y = 0.5 * y * y + 0.1;
        rounds += 1;
        if rounds > limit {
            break;
        }
        if y < 0.3 {
            continue;
        }
        y += x * 0.2;
    }
    y
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(1.1, 4), (0.2, 3), (0.7, 0)]
}
