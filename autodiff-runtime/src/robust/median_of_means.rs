//! Median of means: block means, then a median of these.

use super::aggregator::Aggregator;
use super::coordinatewise::{Location, locate};
use super::error::{AggregateError, ParameterError};
use super::geometric_median::{Points, geometric_median_of};
use super::geometry::{Geometry, View};
use super::order::median;
use super::part::Part;
use super::points::{doubles_len, weigh, weighted_sum};
use super::product;
use super::samples::Samples;
use super::streaming::Access;
use super::weighing::{Scope, Weighing};
use super::workspace::Workspace;
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
/// Breakdown point ⌊(k−1)/2⌋/N. Cost for a dense layer: the mean's, and O(k²PQ) for distances between block means, which
/// are stored if they are few; otherwise O(N²(P+Q)) for those of samples, and one matrix product.
///
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
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        let blocks = self.cut(parts.first().map_or(0, Part::samples));
        let dimension = parts.iter().map(Part::dimension).sum();
        let factored = parts.iter().map(View::of).map(|view| view.factored_len());
        if self.center == Center::Coordinate {
            locate(parts, || BlockMedian::new(blocks));
        } else if blocks.count * dimension <= factored.sum::<usize>() + dimension + SMALL {
            self.estimate_from_means(blocks, dimension, parts, work);
        } else {
            BlockWeights {
                blocks,
                scope: self.scope,
            }
            .estimate(parts, work)?;
        }
        Ok(())
    }

    fn reveals_non_finite(&self) -> bool {
        self.center == Center::Geometric
    }

    fn access(&self) -> Access {
        match self.center {
            Center::Geometric => Access::Whole,
            Center::Coordinate => Access::Coordinates,
        }
    }
}

/// Numbers that block means may take up however few the samples are.
const SMALL: usize = 1 << 14;

impl MedianOfMeans {
    /// The geometric median of stored block means.
    fn estimate_from_means<T: Real>(
        &self,
        blocks: Blocks,
        dimension: usize,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) {
        let k = blocks.count;
        let (means, doubles) = work.buffers(k * dimension, doubles_len(k));
        let mut first = 0;
        for part in parts.iter() {
            block_means(View::of(part), blocks, dimension, first, means);
            first += part.dimension();
        }
        if self.scope == Scope::Joint {
            weigh(means, dimension, 0, dimension, doubles);
        }
        let mut first = 0;
        for estimate in parts.iter_mut().flat_map(Part::estimates_mut) {
            let end = first + estimate.len();
            if self.scope == Scope::Separate {
                weigh(means, dimension, first, end, doubles);
            }
            weighted_sum(means, dimension, first, &doubles[..k], estimate);
            first = end;
        }
    }
}

/// Median of means as weights of the samples, from distances between these.
#[derive(Debug)]
struct BlockWeights {
    blocks: Blocks,
    scope: Scope,
}

impl Weighing for BlockWeights {
    fn weigh(&self, geometry: &Geometry<'_>, weights: &mut [f64]) -> Result<(), AggregateError> {
        let k = self.blocks.count;
        let products = self.block_sums(geometry.inner_products());
        let mut distances = self.block_sums(geometry.squared_distances());
        // The mean distance of samples holds the spread inside both blocks as well.
        let spread: Vec<f64> = (0..k).map(|a| distances[a * k + a] / 2.0).collect();
        for a in 0..k {
            for b in 0..k {
                distances[a * k + b] = (distances[a * k + b] - spread[a] - spread[b]).max(0.0);
            }
        }
        let mut block_weights = vec![0.0; k];
        let points = Points {
            count: k,
            inner_products: &products,
            squared_distances: &distances,
        };
        geometric_median_of(points, &mut block_weights);
        for ((start, end), weight) in self.blocks.iter().zip(block_weights) {
            weights[start..end].fill(weight / (end - start) as f64);
        }
        Ok(())
    }

    fn scope(&self) -> Scope {
        self.scope
    }
}

impl BlockWeights {
    /// The means of the entries of an N × N matrix over pairs of blocks.
    fn block_sums(&self, matrix: &[f64]) -> Vec<f64> {
        let n = self.blocks.samples;
        let mut means = Vec::with_capacity(self.blocks.count * self.blocks.count);
        for (i, end_i) in self.blocks.iter() {
            for (j, end_j) in self.blocks.iter() {
                let rows = (i..end_i).map(|row| matrix[row * n..][j..end_j].iter().sum::<f64>());
                means.push(rows.sum::<f64>() / ((end_i - i) * (end_j - j)) as f64);
            }
        }
        means
    }
}

/// N samples in contiguous blocks, the first ones longer by one where k does not divide N.
#[derive(Clone, Copy, Debug)]
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

/// Blocks whose means need no allocation: more than anyone takes as a rule.
const FEW: usize = 32;

/// Median of means of one coordinate.
struct BlockMedian {
    blocks: Blocks,
    few: [f64; FEW],
    /// In place of `few`, where that is too short.
    many: Vec<f64>,
}

impl BlockMedian {
    fn new(blocks: Blocks) -> Self {
        let many = if blocks.count > FEW { blocks.count } else { 0 };
        Self {
            blocks,
            few: [0.0; FEW],
            many: vec![0.0; many],
        }
    }
}

impl<T: Real> Location<T> for BlockMedian {
    fn locate(&mut self, samples: impl Samples<T>) -> T {
        let means = match self.many.is_empty() {
            true => &mut self.few[..self.blocks.count],
            false => &mut self.many[..],
        };
        for (mean, (start, end)) in means.iter_mut().zip(self.blocks.iter()) {
            *mean = (samples.range(start, end).sum_by(|g| g) / T::of_count(end - start)).as_f64();
        }
        T::of(median(means))
    }
}

/// Writes the means of the blocks into a matrix of `dimension` numbers a block, from column `first` on: the weights in
/// column-major order and then the bias, or the coordinates of rows.
fn block_means<T: Real>(
    view: View<'_, T>,
    blocks: Blocks,
    dimension: usize,
    first: usize,
    means: &mut [T],
) {
    for (b, (start, end)) in blocks.iter().enumerate() {
        let mean = &mut means[b * dimension + first..];
        let per_sample = T::of_count(end - start).recip();
        match view {
            View::Rows(rows) => {
                let block = rows.range(start, end);
                product::scaled_row_sum(block, per_sample, &mut mean[..rows.dimension()]);
            }
            View::Outer(outer) => {
                let (weight, bias) =
                    mean[..outer.dimension()].split_at_mut(outer.outputs() * outer.inputs());
                let block = outer.range(start, end);
                product::scaled_sum(block, per_sample, weight);
                product::scaled_row_sum(block.bias_rows(), per_sample, bias);
            }
        }
    }
}
