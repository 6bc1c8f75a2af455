//! All compound assignments, to variables and to indexed places.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn compound_assignment(x: f64, v: &[f64]) -> f64 {
    let mut y = x;
    let mut grid = [[1.0, 2.0], [3.0, 4.0]];
    for i in 0..v.len() {
        y += v[i];
        y *= y + v[i];
        y -= 0.5 * y * v[i];
        y /= 2.0 + v[i] * v[i];
        y %= 10.0;
        grid[i % 2][1] += y * grid[1][i % 2];
        grid[1][i % 2] *= grid[i % 2][1];
        grid[0][0] -= grid[0][0] * y;
        grid[1][1] /= 1.0 + grid[0][1] * grid[0][1];
    }
    y + grid[0][0] * grid[0][1] + grid[1][0] * grid[1][1]
}

pub fn points() -> Vec<(f64, Vec<f64>)> {
    vec![(0.8, vec![0.3, -0.5, 0.7]), (0.2, vec![])]
}
