//! Sweeps over the samples: their gradients, a block at a time.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::real::Real;

/// Samples whose gradients are held at a time: enough for some threads, and a memory of O(D).
const BLOCK: usize = 64;

/// Where per-sample gradients come from.
pub(super) trait Source<T> {
    /// Writes the gradients of samples `first`, `first + 1`, … over zeros, D numbers each, and their losses.
    fn fill(&mut self, first: usize, weights: &[T], rows: &mut [T], losses: &mut [T]);
}

/// A function that may change what it captures: called in order, on this thread.
pub(super) struct InOrder<F>(pub F);

impl<T: Real, F: FnMut(usize, &[T], &mut [T]) -> T> Source<T> for InOrder<F> {
    fn fill(&mut self, first: usize, weights: &[T], rows: &mut [T], losses: &mut [T]) {
        for (i, loss) in losses.iter_mut().enumerate() {
            let row = &mut rows[i * weights.len()..][..weights.len()];
            *loss = (self.0)(first + i, weights, row);
        }
    }
}

/// A function that any thread may call.
pub(super) struct Shared<F>(pub F);

impl<T: Real, F: Fn(usize, &[T], &mut [T]) -> T + Sync> Source<T> for Shared<F> {
    fn fill(&mut self, first: usize, weights: &[T], rows: &mut [T], losses: &mut [T]) {
        if weights.is_empty() {
            return InOrder(&self.0).fill(first, weights, rows, losses);
        }
        let rows = rows.par_chunks_exact_mut(weights.len());
        rows.zip(losses.par_iter_mut())
            .enumerate()
            .for_each(|(i, (row, loss))| {
                *loss = (self.0)(first + i, weights, row);
            });
    }
}

/// The gradients of a block of samples.
#[derive(Clone, Copy)]
pub(super) struct Block<'a, T> {
    pub first: usize,
    pub rows: &'a [T],
    pub losses: &'a [T],
    dimension: usize,
}

impl<'a, T> Block<'a, T> {
    /// The samples with their losses and gradients, in order.
    pub fn samples(self) -> impl Iterator<Item = (usize, &'a T, &'a [T])> {
        self.losses.iter().enumerate().map(move |(i, loss)| {
            let row = &self.rows[i * self.dimension..][..self.dimension];
            (self.first + i, loss, row)
        })
    }
}

/// Calls `visit` with the gradients of all samples, block by block and in order, whatever the number of threads.
pub(super) fn sweep<T: Real, E>(
    source: &mut impl Source<T>,
    samples: usize,
    weights: &[T],
    buffer: &mut Vec<T>,
    mut visit: impl FnMut(Block<'_, T>) -> Result<(), E>,
) -> Result<(), E> {
    let dimension = weights.len();
    let most = samples.min(BLOCK);
    buffer.resize(most * (dimension + 1), T::ZERO);
    for first in (0..samples).step_by(BLOCK) {
        let count = most.min(samples - first);
        let (losses, rows) = buffer.split_at_mut(most);
        let (losses, rows) = (&mut losses[..count], &mut rows[..count * dimension]);
        rows.fill(T::ZERO);
        source.fill(first, weights, rows, losses);
        visit(Block {
            first,
            rows,
            losses,
            dimension,
        })?;
    }
    Ok(())
}
