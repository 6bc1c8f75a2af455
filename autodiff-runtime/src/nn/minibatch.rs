//! Small batches in random order.

use std::borrow::Borrow;

use nalgebra::DMatrix;
use rand::Rng;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;

use super::Real;
use super::error::{ParameterError, ShapeError};
use super::reshape;

/// Draws batches of samples without replacement: an epoch takes every sample once, in an order of its own.
///
/// The last batch of an epoch is smaller where the size does not divide the number of samples. With
/// [`whole_batches`](Self::whole_batches) those samples are left out instead; who they are changes from epoch to epoch.
///
/// ```
/// use autodiff_runtime::nn::Minibatches;
///
/// let mut batches = Minibatches::seeded(10, 4, 7)?;
/// assert_eq!(batches.per_epoch(), 3);
/// let mut seen: Vec<usize> = (0..3).flat_map(|_| batches.next_batch().to_vec()).collect();
/// seen.sort();
/// assert_eq!(seen, (0..10).collect::<Vec<_>>());
///
/// // The same seed gives the same batches.
/// let mut again = Minibatches::seeded(10, 4, 7)?;
/// assert_eq!(again.next_batch().len(), 4);
/// # Ok::<(), autodiff_runtime::nn::ParameterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Minibatches<R = Pcg64> {
    order: Vec<usize>,
    size: usize,
    next: usize,
    whole: bool,
    rng: R,
}

impl Minibatches {
    /// Batches of `size` out of `samples` samples, drawn by a generator of this seed.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn seeded(samples: usize, size: usize, seed: u64) -> Result<Self, ParameterError> {
        Self::new(samples, size, Pcg64::seed_from_u64(seed))
    }
}

impl<R: Rng> Minibatches<R> {
    /// Batches of `size` out of `samples` samples, drawn by this generator.
    ///
    /// # Errors
    /// [`ParameterError`] unless there are samples and 1 ≤ `size` ≤ `samples`.
    pub fn new(samples: usize, size: usize, rng: R) -> Result<Self, ParameterError> {
        let valid = (1..=samples).contains(&size);
        let domain = "from 1 to the number of samples";
        ParameterError::check("batch size", domain, size as f64, valid)?;
        Ok(Self {
            order: (0..samples).collect(),
            size,
            // The first batch begins an epoch.
            next: samples,
            whole: false,
            rng,
        })
    }

    /// Leaves out what would be a smaller last batch.
    #[must_use]
    pub fn whole_batches(mut self) -> Self {
        self.whole = true;
        self
    }

    /// How many batches there are in an epoch.
    pub fn per_epoch(&self) -> usize {
        if self.whole {
            self.order.len() / self.size
        } else {
            self.order.len().div_ceil(self.size)
        }
    }

    /// The samples of the next batch, counted from 0.
    pub fn next_batch(&mut self) -> &[usize] {
        let left = self.order.len() - self.next;
        if left == 0 || (self.whole && left < self.size) {
            self.order.shuffle(&mut self.rng);
            self.next = 0;
        }
        let start = self.next;
        self.next = (start + self.size).min(self.order.len());
        &self.order[start..self.next]
    }
}

/// Something of which there is one for each sample, and which can be had for the samples of a batch: a matrix with a row
/// a sample, or a slice.
///
/// ```
/// use autodiff_runtime::nalgebra::dmatrix;
/// use autodiff_runtime::nn::Gather;
///
/// let (x, labels) = (dmatrix![0.0, 0.5; 1.0, 1.5; 2.0, 2.5], [7, 8, 9]);
/// let (mut some_x, mut some_labels) = Default::default();
/// x.gather(&[2, 0], &mut some_x)?;
/// labels.gather(&[2, 0], &mut some_labels)?;
/// assert_eq!((some_x, some_labels), (dmatrix![2.0, 2.5; 0.0, 0.5], vec![9, 7]));
/// # Ok::<(), autodiff_runtime::nn::ShapeError>(())
/// ```
pub trait Gather {
    /// What holds those of a batch.
    type Batch: Default + Borrow<Self>;

    /// How many samples there are.
    fn samples(&self) -> usize;

    /// Puts those of the given samples into `batch`, in this order.
    ///
    /// # Errors
    /// [`ShapeError`] if there is no such sample.
    fn gather(&self, samples: &[usize], batch: &mut Self::Batch) -> Result<(), ShapeError>;
}

impl<T: Real> Gather for DMatrix<T> {
    type Batch = Self;

    fn samples(&self) -> usize {
        self.nrows()
    }

    fn gather(&self, samples: &[usize], batch: &mut Self) -> Result<(), ShapeError> {
        check(samples, self.nrows())?;
        reshape(batch, samples.len(), self.ncols());
        for (from, mut to) in self.column_iter().zip(batch.column_iter_mut()) {
            for (to, &sample) in to.iter_mut().zip(samples) {
                *to = from[sample];
            }
        }
        Ok(())
    }
}

impl<Y: Clone> Gather for [Y] {
    type Batch = Vec<Y>;

    fn samples(&self) -> usize {
        self.len()
    }

    fn gather(&self, samples: &[usize], batch: &mut Vec<Y>) -> Result<(), ShapeError> {
        check(samples, self.len())?;
        batch.clear();
        batch.extend(samples.iter().map(|&sample| self[sample].clone()));
        Ok(())
    }
}

fn check(samples: &[usize], found: usize) -> Result<(), ShapeError> {
    match samples.iter().max() {
        Some(&last) if last >= found => Err(ShapeError {
            place: "minibatch",
            what: "or more samples",
            expected: last + 1,
            found,
        }),
        _ => Ok(()),
    }
}
