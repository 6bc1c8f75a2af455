//! `match` as a statement: what an arm assigns, ways out of a loop and of the function in arms.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn match_statements(x: f64, program: &[i64]) -> f64 {
    let (mut a, mut b) = (x, 1.0);
    for k in 0..program.len() {
        match program[k] {
            0 => a *= b,
            1 => b += a.sin(),
            2 if a > 3.0 => return a - b,
            2 => continue,
            3 => {
                (a, b) = (b, a);
                if b > 2.0 {
                    break;
                }
            }
            4 => return b * x,
            _ => {}
        }
        a += 0.25 * x;
    }
    a * b
}

pub fn points() -> Vec<(f64, Vec<i64>)> {
    vec![
        (0.7, vec![1, 0, 3, 2, 1, 5]),
        (2.5, vec![1, 0, 2, 1]),
        (1.5, vec![1, 0, 1, 3, 0, 0]),
        (0.3, vec![1, 1, 4, 0]),
        (0.3, vec![]),
    ]
}
