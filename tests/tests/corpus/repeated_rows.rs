//! Rows that start as copies of one: the adjoint of what is repeated is a sum over the copies.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn repeated_rows(x: &[f64], n: usize) -> f64 {
    let mut table = vec![vec![x[0] * x[1]; 3]; n];
    let row = [x[1], 2.0 * x[2]];
    let block = [row; 3];
    let pairs = vec![(x[0], x[2].sin()); 2];
    for i in 1..n {
        table[i][1] *= table[i - 1][1] + block[i % 3][0];
    }
    let last = table[n - 1].clone();
    let copies = vec![last; 2];
    copies[0][1] * copies[1][2] + block[1][1] * pairs[1].1 + pairs[0].0
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![(vec![0.7, -0.4, 1.2], 3), (vec![0.3, 0.9, -0.5], 1)]
}
