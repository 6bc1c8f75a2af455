//! An evaluation stack: `push`, `pop`, `while let Some(top)`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn stack_machine(x: &[f64]) -> f64 {
    let mut stack: Vec<f64> = Vec::with_capacity(x.len());
    for (i, v) in x.iter().enumerate() {
        if i % 3 == 2 {
            let a = stack.pop().unwrap();
            let b = stack.pop().unwrap();
            stack.push(a * b + v);
        } else {
            stack.push(v.sin());
        }
    }
    let mut folded = 0.0;
    while let Some(top) = stack.pop() {
        folded = 0.5 * folded + top * top;
    }
    folded
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8, 0.1],), (vec![],)]
}
