//! The sum of squared distances to the nearest centre.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn k_means_objective(points: &[[f64; 2]], centres: &[[f64; 2]]) -> f64 {
    points
        .iter()
        .map(|p| {
            centres
                .iter()
                .map(|c| p.iter().zip(c).map(|(a, b)| (a - b).powi(2)).sum::<f64>())
                .fold(f64::INFINITY, f64::min)
        })
        .sum()
}

pub fn points() -> Vec<(Vec<[f64; 2]>, Vec<[f64; 2]>)> {
    vec![(
        vec![[0.1, 0.2], [1.1, 0.9], [0.4, -0.3]],
        vec![[0.0, 0.0], [1.0, 1.0]],
    )]
}
