//! Median of means: block means, then a median of these.

use super::aggregator::{Aggregator, Workspace};
use super::coordinatewise::{Location, locate_outer, locate_rows};
use super::data::{DenseGradient, OuterProducts, Rows};
use super::error::{AggregateError, ParameterError};
use super::points::{doubles_len, weigh, weighted_sum};
use super::product;
use super::samples::Samples;
use crate::real::Real;

/// The median that [`MedianOfMeans`] takes of its block means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Center {
    /// The geometric median, argmin_z Σⱼ ‖bⱼ − z‖ over whole gradients.
    #[default]
    Geometric,
    /// The median of every coordinate on its own; between two middle values, their mean.
    Coordinate,
}

/// What one vector is for a vector estimator of a dense layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Weights and bias of the layer together.
    #[default]
    Joint,
    /// Weights and bias each on their own.
    Separate,
}

/// Median of means: the samples are cut into k contiguous blocks (the first N mod k one sample longer), and the estimate
/// is a median of the k block means.
///
/// Fewer than k/2 blocks can be spoilt by ⌊(k−1)/2⌋ arbitrary samples, so that many are harmless; on clean data the
/// blocks average, and skewed gradients are hurt little. The samples should come in random order.
/// With fewer samples than blocks every sample is a block.
///
/// | option | default | effect |
/// |---|---|---|
/// | blocks k | 9 | more blocks stand more outliers and estimate less sharply; Prasad et al. take 1 + ⌊3.5 log 1/δ⌋ |
/// | [`center`](Self::center) | [`Center::Geometric`] | the median of the block means |
/// | [`scope`](Self::scope) | [`Scope::Joint`] | whether a layer's weights and bias are one vector |
///
/// Cost for a dense layer: the mean's, and O(k²PQ) for distances between block means.
/// Source: A. Prasad, A. S. Suggala, S. Balakrishnan, P. Ravikumar, *Robust estimation via robust gradient estimation*
/// (2018); S. Minsker (2015).
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, MedianOfMeans};
/// use nalgebra::DMatrix;
///
/// let mut gradients = DMatrix::from_fn(90, 2, |i, j| 1.0 + ((i * 7 + j) % 5) as f64);
/// let clean = MedianOfMeans::new(9)?.of_rows(&gradients)?;
/// for i in 0..4 {
///     gradients[(20 * i, 0)] = 1e12;
/// }
/// let robust = MedianOfMeans::new(9)?.of_rows(&gradients)?;
/// assert!((robust - clean).norm() < 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MedianOfMeans {
    blocks: usize,
    center: Center,
    scope: Scope,
}

impl Default for MedianOfMeans {
    /// Nine blocks, geometric median.
    fn default() -> Self {
        Self {
            blocks: 9,
            center: Center::Geometric,
            scope: Scope::Joint,
        }
    }
}

impl MedianOfMeans {
    /// The geometric median of `blocks` block means.
    ///
    /// # Errors
    /// [`ParameterError`] for no blocks.
    pub fn new(blocks: usize) -> Result<Self, ParameterError> {
        ParameterError::check("blocks", "at least 1", blocks as f64, blocks >= 1)?;
        Ok(Self {
            blocks,
            ..Self::default()
        })
    }

    /// Sets the median of the block means.
    #[must_use]
    pub fn center(self, center: Center) -> Self {
        Self { center, ..self }
    }

    /// Sets what one vector is; without effect on [`Center::Coordinate`].
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) fn options(&self) -> (usize, Center, Scope) {
        (self.blocks, self.center, self.scope)
    }

    fn cut(&self, samples: usize) -> Blocks {
        Blocks {
            samples,
            count: self.blocks.min(samples),
        }
    }
}

impl<T: Real> Aggregator<T> for MedianOfMeans {
    fn estimate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let blocks = self.cut(rows.samples());
        let k = blocks.count;
        if self.center == Center::Coordinate {
            let (means, _) = work.buffers(k, 0);
            locate_rows(BlockMedian { blocks, means }, rows, estimate);
            return Ok(());
        }
        let dimension = rows.dimension();
        let (means, doubles) = work.buffers(k * dimension, doubles_len(k));
        for (b, (start, end)) in blocks.iter().enumerate() {
            for j in 0..dimension {
                let sum = rows.column(j).range(start, end).sum_by(|g| g);
                means[b * dimension + j] = sum / T::of_count(end - start);
            }
        }
        let weights = weigh(means, dimension, 0, dimension, doubles);
        weighted_sum(means, dimension, 0, weights, estimate);
        Ok(())
    }

    fn estimate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let blocks = self.cut(outer.samples());
        let k = blocks.count;
        if self.center == Center::Coordinate {
            let (means, _) = work.buffers(k, 0);
            locate_outer(BlockMedian { blocks, means }, outer, estimate);
            return Ok(());
        }
        let weights_len = outer.outputs() * outer.inputs();
        let dimension = weights_len + outer.outputs();
        let (means, doubles) = work.buffers(k * dimension, doubles_len(k));
        block_means(outer, blocks, means);
        let (weight, bias) = (estimate.weight.as_mut_slice(), estimate.bias.as_mut_slice());
        match self.scope {
            Scope::Joint => {
                let weights = weigh(means, dimension, 0, dimension, doubles);
                weighted_sum(means, dimension, 0, weights, weight);
                weighted_sum(means, dimension, weights_len, weights, bias);
            }
            Scope::Separate => {
                let weights = weigh(means, dimension, 0, weights_len, doubles);
                weighted_sum(means, dimension, 0, weights, weight);
                let weights = weigh(means, dimension, weights_len, dimension, doubles);
                weighted_sum(means, dimension, weights_len, weights, bias);
            }
        }
        Ok(())
    }

    fn reveals_non_finite(&self) -> bool {
        self.center == Center::Geometric
    }
}

/// N samples in contiguous blocks, the first ones longer by one where k does not divide N.
#[derive(Clone, Copy)]
struct Blocks {
    samples: usize,
    count: usize,
}

impl Blocks {
    fn iter(self) -> impl Iterator<Item = (usize, usize)> {
        let (length, longer) = (self.samples / self.count, self.samples % self.count);
        (0..self.count).map(move |b| {
            let start = b * length + b.min(longer);
            (start, start + length + usize::from(b < longer))
        })
    }
}

/// Median of means of one coordinate.
struct BlockMedian<'a, T> {
    blocks: Blocks,
    means: &'a mut [T],
}

impl<T: Real> Location<T> for BlockMedian<'_, T> {
    fn locate(&mut self, samples: impl Samples<T>) -> T {
        for (mean, (start, end)) in self.means.iter_mut().zip(self.blocks.iter()) {
            *mean = samples.range(start, end).sum_by(|g| g) / T::of_count(end - start);
        }
        median(self.means)
    }
}

/// The middle value, or the mean of the two; NaN if there is one.
fn median<T: Real>(values: &mut [T]) -> T {
    if values
        .iter()
        .any(|value| value.partial_cmp(value).is_none())
    {
        return T::NAN;
    }
    values.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        (values[middle - 1] + values[middle]) * T::of(0.5)
    }
}

/// The means of the blocks, one after the other, each the weights in column-major order and then the bias.
fn block_means<T: Real>(outer: OuterProducts<'_, T>, blocks: Blocks, means: &mut [T]) {
    let outputs = outer.outputs();
    let weights_len = outputs * outer.inputs();
    let block_len = weights_len + outputs;
    for (b, (start, end)) in blocks.iter().enumerate() {
        let mean = &mut means[b * block_len..][..block_len];
        let per_sample = T::of_count(end - start).recip();
        let block = outer.range(start, end);
        product::for_each_product(block, |q, p, sum| mean[p * outputs + q] = sum * per_sample);
        for q in 0..outputs {
            mean[weights_len + q] = block.bias(q).sum_by(|gy| gy) * per_sample;
        }
    }
}
