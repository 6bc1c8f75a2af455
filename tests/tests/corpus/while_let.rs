//! `while let` over a stack of work, as in a walk through a tree.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn while_let(x: &[f64], depth: usize) -> f64 {
    let mut total = 0.0;
    let mut stack = vec![(0, 0)];
    while let Some((node, level)) = stack.pop() {
        if node >= x.len() {
            continue;
        }
        total += x[node] * (total * 0.5 + level as f64).sin();
        if level < depth {
            stack.push((2 * node + 1, level + 1));
            stack.push((2 * node + 2, level + 1));
        }
        if total > 4.0 {
            break;
        }
    }
    let mut scale = x.len() as f64;
    while total < 1.0 && scale > 0.0 {
        total += 0.125 * total * total + 0.25;
        scale -= 1.0;
    }
    total
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![0.7, 0.3, 1.1, 0.4, 0.9, 0.2], 2),
        (vec![1.7, 2.3, 3.1, 2.4], 3),
        (vec![], 2),
    ]
}
