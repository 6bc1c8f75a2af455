//! A box blur over a three-dimensional array by value.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn three_dimensional(mut grid: [[[f64; 2]; 3]; 2], weight: f64) -> f64 {
    let before = grid;
    for i in 0..2 {
        for j in 1..3 {
            for k in 0..2 {
                grid[i][j][k] += weight * before[i][j - 1][k] * before[1 - i][j][1 - k];
            }
        }
    }
    let mut sum = 0.0;
    for i in 0..2 {
        for j in 0..3 {
            sum += grid[i][j][0] * grid[i][j][1];
        }
    }
    sum
}

pub fn points() -> Vec<([[[f64; 2]; 3]; 2], f64)> {
    vec![(
        [
            [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]],
            [[0.7, -0.8], [0.9, 1.0], [1.1, 1.2]],
        ],
        0.3,
    )]
}
