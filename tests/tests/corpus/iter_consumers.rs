//! What ends a chain: sums, folds, extrema, elements, collections.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn iter_consumers(x: &[f64]) -> f64 {
    let (sum, squares) = x.iter().fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v));
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let smallest = x.iter().min_by(|a, b| a.total_cmp(b)).unwrap();
    let (at, steepest) = x
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.abs().partial_cmp(&b.1.abs()).unwrap())
        .unwrap();
    let blended = x.iter().copied().reduce(|a, b| 0.5 * a + b).unwrap();
    let (sines, cubes): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (v.sin(), v * v * v)).unzip();
    let positive = x.iter().filter(|v| **v > 0.0).count() as f64;
    let first = x.iter().position(|v| *v < 0.0).unwrap_or(0);
    let found = x.iter().find(|v| **v > 1.0).copied().unwrap_or(sum);
    let mut weighted = 0.0;
    sines
        .iter()
        .zip(&cubes)
        .for_each(|(s, c)| weighted += s * c);
    let ends = x.first().unwrap() * x.last().unwrap() + x.get(9).copied().unwrap_or(squares);
    sum * largest
        + smallest * steepest * at as f64
        + blended
        + weighted
        + ends
        + positive * x[first] * found
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8],), (vec![0.6],)]
}
