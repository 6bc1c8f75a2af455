//! Pairs of samples whose distance a Gram matrix cannot tell.

use super::view::Columns;
use crate::real::Real;

/// Where ‖gᵢ − gⱼ‖² is less than this share of ‖gᵢ‖² + ‖gⱼ‖², the Gram matrix has lost more than ten bits of it.
const RESOLVED: f64 = 1e-3;

/// The pairs i > j that are closer than the Gram matrix `k` resolves.
pub(super) fn lost_pairs(k: &[f64], n: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for i in 0..n {
        for j in 0..i {
            let size = k[i * n + i] + k[j * n + j];
            if size - 2.0 * k[i * n + j] < RESOLVED * size {
                pairs.push((i, j));
            }
        }
    }
    pairs
}

/// ‖rᵢ − rⱼ‖² of the rows of `columns`, in units of `unit`, from differences.
pub(super) fn distances_of<T: Real>(
    columns: Columns<'_, T>,
    unit: f64,
    pairs: &[(usize, usize)],
) -> Vec<f64> {
    let per_unit = unit.recip();
    let mut squared = vec![0.0; pairs.len()];
    if pairs.is_empty() {
        return squared;
    }
    for column in columns.iter() {
        for (squared, &(i, j)) in squared.iter_mut().zip(pairs) {
            let difference = (column[i].as_f64() - column[j].as_f64()) * per_unit;
            *squared += difference * difference;
        }
    }
    squared
}
