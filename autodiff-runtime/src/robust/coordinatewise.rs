//! Estimators that treat every coordinate on its own: one location per coordinate, both faces for free.

use super::data::{DenseGradient, OuterProducts, Rows};
use super::samples::Samples;
use crate::real::Real;

/// A location estimator of N numbers. `&mut self` is for scratch it may carry from coordinate to coordinate.
pub(super) trait Location<T: Real> {
    /// The estimate from these samples, of which there is at least one.
    fn locate(&mut self, samples: impl Samples<T>) -> T;
}

/// Outputs whose cotangents stay in the first-level cache while the inputs stream by.
const OUTPUT_BLOCK: usize = 4;

/// Locates every coordinate of a matrix of gradients.
pub(super) fn locate_rows<T: Real>(
    mut location: impl Location<T>,
    rows: Rows<'_, T>,
    estimate: &mut [T],
) {
    for (j, coordinate) in estimate.iter_mut().enumerate() {
        *coordinate = location.locate(rows.column(j));
    }
}

/// Locates every weight and bias of a dense layer, multiplying samples out as they are read.
pub(super) fn locate_outer<T: Real>(
    mut location: impl Location<T>,
    outer: OuterProducts<'_, T>,
    estimate: &mut DenseGradient<T>,
) {
    let outputs = outer.outputs();
    let weight = estimate.weight.as_mut_slice();
    for block in (0..outputs).step_by(OUTPUT_BLOCK) {
        for p in 0..outer.inputs() {
            for q in block..outputs.min(block + OUTPUT_BLOCK) {
                weight[p * outputs + q] = location.locate(outer.weight(q, p));
            }
        }
    }
    for q in 0..outputs {
        estimate.bias[q] = location.locate(outer.bias(q));
    }
}
