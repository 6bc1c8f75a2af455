//! Estimators that treat every coordinate on its own: one location per coordinate, all faces for free.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::data::{OuterProducts, Rows};
use super::kernel::{self, Tile, for_each_tile};
use super::part::Part;
use super::samples::Samples;
use crate::real::Real;

/// A location estimator of N numbers. `&mut self` is for scratch it may carry from coordinate to coordinate.
pub(super) trait Location<T: Real> {
    /// The estimate from these samples, of which there is at least one.
    fn locate(&mut self, samples: impl Samples<T>) -> T;
}

/// Weights that are estimated in a row by one thread: a whole number of columns of a layer, about so many.
const TASK: usize = 64;

/// Locates every coordinate of every part. Every thread asks for an estimator of its own.
pub(super) fn locate<T: Real, L: Location<T>>(
    parts: &mut [Part<'_, T>],
    location: impl Fn() -> L + Sync,
) {
    for part in parts {
        match part {
            Part::Rows {
                gradients,
                estimate,
            } => locate_rows(*gradients, estimate, &location),
            Part::Dense {
                gradients,
                estimate,
            } => {
                locate_weights(*gradients, estimate.weight.as_mut_slice(), &location);
                if gradients.has_bias() {
                    locate_rows(
                        gradients.bias_rows(),
                        estimate.bias.as_mut_slice(),
                        &location,
                    );
                }
            }
        }
    }
}

/// Locates every coordinate of every part, the weights of large layers in tiles.
pub(super) fn locate_tiled<T: Real, L: Location<T>>(
    parts: &mut [Part<'_, T>],
    tile: &impl Tile<T>,
    location: impl Fn() -> L + Sync,
) {
    for part in parts {
        match part {
            Part::Dense {
                gradients,
                estimate,
            } if kernel::tiled(gradients.samples() * estimate.weight.len()) => {
                for_each_tile(*gradients, tile, estimate.weight.as_mut_slice());
                if gradients.has_bias() {
                    let bias = estimate.bias.as_mut_slice();
                    locate_rows(gradients.bias_rows(), bias, &location);
                }
            }
            part => locate(std::slice::from_mut(part), &location),
        }
    }
}

/// Locates every coordinate of a matrix of gradients.
pub(super) fn locate_rows<T: Real, L: Location<T>>(
    rows: Rows<'_, T>,
    estimate: &mut [T],
    location: &(impl Fn() -> L + Sync),
) {
    let task = |location: &mut L, first: usize, estimate: &mut [T]| {
        for (j, coordinate) in estimate.iter_mut().enumerate() {
            *coordinate = location.locate(rows.column(first + j));
        }
    };
    if kernel::parallel(rows.samples() * rows.dimension()) {
        let tasks = estimate.par_chunks_mut(TASK).enumerate();
        tasks.for_each_init(location, |location, (at, estimate)| {
            task(location, at * TASK, estimate)
        });
    } else {
        task(&mut location(), 0, estimate);
    }
}

/// Locates every weight of a dense layer, multiplying samples out as they are read.
fn locate_weights<T: Real, L: Location<T>>(
    outer: OuterProducts<'_, T>,
    estimate: &mut [T],
    location: &(impl Fn() -> L + Sync),
) {
    let outputs = outer.outputs();
    if outputs == 0 {
        return;
    }
    let inputs_per_task = TASK.div_ceil(outputs);
    let task = |location: &mut L, first: usize, estimate: &mut [T]| {
        for (p, column) in estimate.chunks_exact_mut(outputs).enumerate() {
            for (q, coordinate) in column.iter_mut().enumerate() {
                *coordinate = location.locate(outer.weight(q, first + p));
            }
        }
    };
    if kernel::parallel(outer.samples() * estimate.len()) {
        let tasks = estimate
            .par_chunks_mut(inputs_per_task * outputs)
            .enumerate();
        tasks.for_each_init(location, |location, (at, estimate)| {
            task(location, at * inputs_per_task, estimate)
        });
    } else {
        task(&mut location(), 0, estimate);
    }
}
