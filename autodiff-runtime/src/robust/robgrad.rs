//! ROBGRAD: robust gradient descent over any per-sample gradient function (Algorithm 1).

mod sweep;

use thiserror::Error;

use super::aggregator::Aggregator;
use super::data::{Rows, all_finite};
use super::error::{AggregateError, ParameterError, ShapeError};
use super::non_finite::NonFinite;
use super::streaming::{Access, Stream, Streaming};
use super::workspace::Workspace;
use crate::real::Real;

use sweep::{InOrder, Shared, Source, sweep};

/// The weight indices 𝓘 that get the robust update; the others get the mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Every weight.
    #[default]
    All,
    /// The weights of these indices, in any order, without repetition.
    Indices(Vec<usize>),
}

/// Robust gradient descent, Algorithm 1 (ROBGRAD) of Holland's tutorial:
///
/// w_j ← w_j − α_t · ĝ_j, where ĝ_j is the aggregator's estimate of the mean of ∂ℓᵢ/∂w_j for j in 𝓘_t and the
/// arithmetic mean for all other j.
///
/// The gradient function is called as `gradient(i, w, g)`: it *adds* the gradient of sample i's own loss at `w` to `g`,
/// which is zero on entry, and returns the loss. This is the shape of a `loss_grad_into` made by `#[differentiate]`;
/// a function that overwrites `g` serves as well. Step sizes and index sets may change from step to step.
///
/// [`step`](Self::step) calls the function in order on one thread, [`par_step`](Self::par_step) on all threads of the
/// current `rayon` pool; both give the same numbers, whatever the number of threads. Gradients are made in blocks of
/// samples. A step takes O(|w|) memory with an aggregator that can see one sample at a time ([`Access::Samples`]: the
/// mean, soft truncation in two sweeps, norm clipping); otherwise it stores N·|𝓘| numbers, or, within a
/// [`memory`](Self::memory) limit, those of a block of coordinates after the other, each with a sweep of its own
/// ([`Access::Coordinates`]). Buffers are kept between steps.
///
/// ```
/// use autodiff_runtime::differentiate;
/// use autodiff_runtime::robust::{MedianOfMeans, RobGrad, Selection};
///
/// /// Least squares on a line.
/// #[differentiate(wrt(w))]
/// fn loss(w: &[f64], x: f64, y: f64) -> f64 {
///     let residual = w[0] + w[1] * x - y;
///     0.5 * residual * residual
/// }
///
/// // Forty measurements of y = 1 + 2x, one of them nonsense. Median of means wants the samples in no particular
/// // order: 7·i mod 40 shuffles them.
/// let x: Vec<f64> = (0..40).map(|i| f64::from(7 * i % 40) / 40.0).collect();
/// let mut y: Vec<f64> = x.iter().map(|x| 1.0 + 2.0 * x).collect();
/// y[17] = 1e9;
///
/// let mut w = [0.0, 0.0];
/// let mut descent = RobGrad::new(MedianOfMeans::new(5)?);
/// for t in 0..2000 {
///     let step_size = 0.5 / (1.0 + 0.001 * f64::from(t));
///     let gradient = |i: usize, w: &[f64], w_bar: &mut [f64]| loss_grad_into(w, w_bar, x[i], y[i]);
///     descent.step(&mut w, x.len(), step_size, &Selection::All, gradient)?;
/// }
/// assert!((w[0] - 1.0).abs() < 0.01 && (w[1] - 2.0).abs() < 0.01);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RobGrad<T, A> {
    aggregator: A,
    /// Stored gradients at most, where the aggregator leaves a choice.
    memory: usize,
    block: Vec<T>,
    mean: Vec<T>,
    selected: Vec<T>,
    estimate: Vec<T>,
    work: Workspace<T>,
}

/// Why a step of [`RobGrad`] was not taken. The weights are then unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum RobGradError {
    /// The step size is not usable.
    #[error(transparent)]
    StepSize(#[from] ParameterError),
    /// An index of the selection is not that of a weight, or repeats.
    #[error(
        "index {index} of the selection is out of range or repeated: there are {weights} weights"
    )]
    Index {
        /// The index.
        index: usize,
        /// How many weights there are.
        weights: usize,
    },
    /// The loss of a sample is NaN or infinite.
    #[error("the loss of sample {sample} is not finite")]
    Loss {
        /// The sample, counted from 0.
        sample: usize,
    },
    /// The gradients could not be aggregated.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
}

impl From<ShapeError> for RobGradError {
    fn from(error: ShapeError) -> Self {
        Self::Aggregate(error.into())
    }
}

impl<T: Real, A: Aggregator<T>> RobGrad<T, A> {
    /// Descent whose robust updates come from `aggregator`.
    pub fn new(aggregator: A) -> Self {
        Self {
            aggregator,
            memory: usize::MAX,
            block: Vec::new(),
            mean: Vec::new(),
            selected: Vec::new(),
            estimate: Vec::new(),
            work: Workspace::new(),
        }
    }

    /// Limits the gradients that are stored at a time to so many numbers, or N if that is more. An aggregator that looks
    /// at single coordinates then gets them in blocks, for each of which all gradients are computed anew; one that has to
    /// see everything does so nevertheless.
    #[must_use]
    pub fn memory(self, numbers: usize) -> Self {
        Self {
            memory: numbers,
            ..self
        }
    }

    /// Takes one step on `samples` samples and returns their mean loss before it.
    ///
    /// # Errors
    /// [`RobGradError`]: no samples, a step size that is not positive and finite, an index out of range, a loss or a
    /// gradient that is not finite (subject to the aggregator's policy). `weights` are then as before.
    pub fn step(
        &mut self,
        weights: &mut [T],
        samples: usize,
        step_size: T,
        robust: &Selection,
        gradient: impl FnMut(usize, &[T], &mut [T]) -> T,
    ) -> Result<T, RobGradError> {
        self.step_from(weights, samples, step_size, robust, &mut InOrder(gradient))
    }

    /// The same step, with the gradients of different samples computed by different threads.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn par_step(
        &mut self,
        weights: &mut [T],
        samples: usize,
        step_size: T,
        robust: &Selection,
        gradient: impl Fn(usize, &[T], &mut [T]) -> T + Sync,
    ) -> Result<T, RobGradError> {
        self.step_from(weights, samples, step_size, robust, &mut Shared(gradient))
    }

    /// Takes `steps` steps with fixed step size and selection, and returns the mean loss before each.
    ///
    /// # Errors
    /// As [`step`](Self::step); the weights are those after the last good step.
    pub fn run(
        &mut self,
        weights: &mut [T],
        samples: usize,
        steps: usize,
        step_size: T,
        robust: &Selection,
        mut gradient: impl FnMut(usize, &[T], &mut [T]) -> T,
    ) -> Result<Vec<T>, RobGradError> {
        (0..steps)
            .map(|_| self.step(weights, samples, step_size, robust, &mut gradient))
            .collect()
    }

    fn step_from(
        &mut self,
        weights: &mut [T],
        samples: usize,
        step_size: T,
        robust: &Selection,
        source: &mut impl Source<T>,
    ) -> Result<T, RobGradError> {
        let valid = step_size > T::ZERO && step_size.is_finite();
        let requirement = "positive and finite";
        ParameterError::check("step size", requirement, step_size.as_f64(), valid)?;
        if samples == 0 {
            return Err(AggregateError::Empty.into());
        }
        robust.check(weights.len())?;
        let loss = match self.aggregator.access() {
            Access::Samples(streaming) => {
                self.stream(streaming, weights, samples, robust, source)?
            }
            access => self.store(access, weights, samples, robust, source)?,
        };
        for (weight, &step) in weights.iter_mut().zip(&self.mean) {
            *weight -= step_size * step;
        }
        Ok(loss)
    }

    /// Leaves the step in `mean`, from stored gradients.
    fn store(
        &mut self,
        access: Access,
        weights: &[T],
        samples: usize,
        robust: &Selection,
        source: &mut impl Source<T>,
    ) -> Result<T, RobGradError> {
        let indices: Vec<usize> = robust.iter(weights.len()).collect();
        let at_once = match access {
            Access::Coordinates => (self.memory / samples).max(1),
            _ => usize::MAX,
        };
        let mut mean = Mean::default();
        let mut estimate = std::mem::take(&mut self.estimate);
        estimate.clear();
        // Without robust weights there still is a mean to take.
        let blocks = indices.len().div_ceil(at_once).max(1);
        for block in 0..blocks {
            let from = block * at_once.min(indices.len());
            let chosen = &indices[from..indices.len().min(from.saturating_add(at_once))];
            let seen = self.collect(weights, samples, chosen, source)?;
            if block == 0 {
                mean = seen;
            }
            let rows = Rows::from_columns(&self.selected, samples, chosen.len())?;
            estimate.resize(from + chosen.len(), T::ZERO);
            self.aggregator
                .aggregate_rows(rows, &mut estimate[from..], &mut self.work)?;
        }
        for (index, &estimate) in indices.iter().zip(&estimate) {
            self.mean[*index] = estimate;
        }
        self.estimate = estimate;
        Ok(mean.loss)
    }

    /// Takes the mean of all gradients and stores the chosen coordinates, one column each. Samples that are to be dropped
    /// are NaN there, for the aggregator to see.
    fn collect(
        &mut self,
        weights: &[T],
        samples: usize,
        chosen: &[usize],
        source: &mut impl Source<T>,
    ) -> Result<Mean<T>, RobGradError> {
        self.mean.clear();
        self.mean.resize(weights.len(), T::ZERO);
        self.selected.resize(samples * chosen.len(), T::ZERO);
        let (mean, selected) = (&mut self.mean, &mut self.selected);
        let policy = self.aggregator.non_finite();
        let mut seen = Mean::default();
        sweep(source, samples, weights, &mut self.block, |block| {
            for (sample, &loss, row) in block.samples() {
                if !judge(policy, sample, loss, row)? {
                    let column = selected.iter_mut().skip(sample).step_by(samples);
                    column.for_each(|entry| *entry = T::NAN);
                    continue;
                }
                seen.add(loss);
                mean.iter_mut().zip(row).for_each(|(sum, &g)| *sum += g);
                for (column, &index) in chosen.iter().enumerate() {
                    selected[column * samples + sample] = row[index];
                }
            }
            Ok::<_, RobGradError>(())
        })?;
        let seen = seen.finish(samples)?;
        mean.iter_mut()
            .for_each(|sum| *sum /= T::of_count(seen.kept));
        Ok(seen)
    }

    /// Leaves the step in `mean`, from one sample at a time.
    fn stream(
        &mut self,
        streaming: Streaming,
        weights: &[T],
        samples: usize,
        robust: &Selection,
        source: &mut impl Source<T>,
    ) -> Result<T, RobGradError> {
        self.mean.clear();
        self.mean.resize(weights.len(), T::ZERO);
        let mean = &mut self.mean;
        let policy = self.aggregator.non_finite();
        let mut stream = Stream::new(streaming, robust.count(weights.len()));
        let mut seen = Mean::default();
        sweep(source, samples, weights, &mut self.block, |block| {
            for (sample, &loss, row) in block.samples() {
                if judge(policy, sample, loss, row)? {
                    seen.add(loss);
                    mean.iter_mut().zip(row).for_each(|(sum, &g)| *sum += g);
                    stream.add(robust.iter(row.len()).map(|index| row[index]));
                }
            }
            Ok::<_, RobGradError>(())
        })?;
        let seen = seen.finish(samples)?;
        if stream.turn() {
            sweep(source, samples, weights, &mut self.block, |block| {
                for (sample, &loss, row) in block.samples() {
                    if judge(policy, sample, loss, row)? {
                        stream.add_again(robust.iter(row.len()).map(|index| row[index]));
                    }
                }
                Ok::<_, RobGradError>(())
            })?;
        }
        let estimate = stream.finish();
        if policy != NonFinite::Propagate && !all_finite(&estimate) {
            return Err(AggregateError::NotFiniteEstimate.into());
        }
        mean.iter_mut()
            .for_each(|sum| *sum /= T::of_count(seen.kept));
        for (index, estimate) in robust.iter(weights.len()).zip(estimate) {
            self.mean[index] = estimate;
        }
        Ok(seen.loss)
    }
}

/// Whether a sample counts.
fn judge<T: Real>(
    policy: NonFinite,
    sample: usize,
    loss: T,
    row: &[T],
) -> Result<bool, RobGradError> {
    if policy == NonFinite::Propagate || (loss.is_finite() && all_finite(row)) {
        return Ok(true);
    }
    match policy {
        NonFinite::Drop => Ok(false),
        _ if !loss.is_finite() => Err(RobGradError::Loss { sample }),
        _ => Err(AggregateError::NonFinite { sample }.into()),
    }
}

/// The mean loss, and how many samples count.
#[derive(Clone, Copy, Default)]
struct Mean<T> {
    loss: T,
    kept: usize,
}

impl<T: Real> Mean<T> {
    fn add(&mut self, loss: T) {
        self.loss += loss;
        self.kept += 1;
    }

    fn finish(mut self, samples: usize) -> Result<Self, AggregateError> {
        if self.kept == 0 {
            return Err(AggregateError::NoneFinite { samples });
        }
        self.loss /= T::of_count(self.kept);
        Ok(self)
    }
}

impl Selection {
    /// Makes sure that indices are those of weights and do not repeat.
    fn check(&self, weights: usize) -> Result<(), RobGradError> {
        let Self::Indices(indices) = self else {
            return Ok(());
        };
        let mut named = vec![false; weights];
        for &index in indices {
            match named.get_mut(index) {
                Some(named) if !*named => *named = true,
                _ => return Err(RobGradError::Index { index, weights }),
            }
        }
        Ok(())
    }

    fn count(&self, weights: usize) -> usize {
        match self {
            Self::All => weights,
            Self::Indices(indices) => indices.len(),
        }
    }

    fn iter(&self, weights: usize) -> impl Iterator<Item = usize> + Clone {
        let (all, chosen) = match self {
            Self::All => (0..weights, [].as_slice()),
            Self::Indices(indices) => (0..0, indices.as_slice()),
        };
        all.chain(chosen.iter().copied())
    }
}
