//! Jumps out of and within an outer loop by its label.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn labelled_loops(x: f64, n: usize) -> f64 {
    let mut y = x;
    'outer: for i in 0..n {
        for j in 0..n {
            y += 0.1 * x * j as f64;
            if y > 2.0 {
                break 'outer;
            }
            if j > i {
                continue 'outer;
            }
        }
        y *= 1.1;
    }
    y
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(1.1, 4), (0.1, 3), (1.0, 0)]
}
