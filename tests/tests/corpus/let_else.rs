//! `let … else` that returns, continues or panics.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn let_else(x: &[f64], table: &[i64]) -> f64 {
    let [first, second, ..] = x else {
        return x.len() as f64;
    };
    let mut sum = first * second;
    for i in 0..table.len() {
        let Ok(at) = usize::try_from(table[i]) else {
            continue;
        };
        let true = at < x.len() else { break };
        let (0..=100) = at else {
            panic!("{at} is out of the table")
        };
        sum += x[at] * sum;
    }
    let Some(last) = table.last().copied() else {
        return sum;
    };
    sum * last as f64
}

pub fn points() -> Vec<(Vec<f64>, Vec<i64>)> {
    vec![
        (vec![0.7, 0.3, 1.1], vec![0, -1, 2, 1]),
        (vec![0.7, 0.3, 1.1], vec![0, 7, 2]),
        (vec![0.7, 0.3], vec![]),
        (vec![0.7], vec![1]),
    ]
}
