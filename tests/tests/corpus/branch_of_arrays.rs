//! Branches that yield arrays and vectors as values.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn branch_of_arrays(x: f64, y: f64) -> f64 {
    let pair = if x > y { [x, y * y] } else { [y, x] };
    let list = if x * y > 0.0 {
        vec![pair[0], x]
    } else {
        vec![pair[1]]
    };
    let mut sum = 0.0;
    for i in 0..list.len() {
        sum += list[i] * list[i] * pair[1];
    }
    sum
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.2, 0.5), (0.5, 1.2), (-0.5, 1.2), (1.0, -2.0)]
}
