//! Two nested `while` loops with `continue` in both.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn nested_while(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut i = 0;
    while i < x.len() {
        i += 1;
        if x[i - 1] < 0.0 {
            continue;
        }
        let mut y = x[i - 1];
        let mut j = 0;
        while y < 3.0 {
            j += 1;
            y = y * 1.5 + 0.1;
            if j % 2 == 0 {
                continue;
            }
            y += sum * 0.01;
        }
        sum += y * y;
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.5, -1.3, 0.8, 4.0],), (vec![],)]
}
