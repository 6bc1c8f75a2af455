//! Distances of single pairs of samples, from differences.

use super::view::Columns;
use crate::real::Real;

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
