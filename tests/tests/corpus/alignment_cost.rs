//! The cost of the cheapest alignment of two sequences, by the table that starts from infinity.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn alignment_cost(x: &[f64], k: usize) -> f64 {
    let (a, b) = (&x[..k], &x[k..]);
    let mut cost = vec![vec![f64::INFINITY; b.len() + 1]; a.len() + 1];
    cost[0][0] = 0.0;
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let gap = (a[i - 1] - b[j - 1]).powi(2);
            let before = cost[i - 1][j].min(cost[i][j - 1]).min(cost[i - 1][j - 1]);
            cost[i][j] = gap + before;
        }
    }
    let largest = a.iter().copied().reduce(f64::max).unwrap();
    cost[a.len()][b.len()] + 0.1 * largest
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![0.3, 0.7, 0.4, 0.9, 0.2, -0.6, 0.5], 3),
        (vec![0.3, 1.7, -0.4], 1),
    ]
}
