//! ROBGRAD: robust gradient descent over any per-sample gradient function (Algorithm 1).

use thiserror::Error;

use super::aggregator::Aggregator;
use super::data::{Rows, all_finite};
use super::error::{AggregateError, ParameterError, ShapeError};
use super::non_finite::NonFinite;
use super::workspace::Workspace;
use crate::real::Real;

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
/// A step stores N·|𝓘| numbers; buffers are kept between steps.
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
    gradient: Vec<T>,
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
            gradient: Vec::new(),
            mean: Vec::new(),
            selected: Vec::new(),
            estimate: Vec::new(),
            work: Workspace::new(),
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
        mut gradient: impl FnMut(usize, &[T], &mut [T]) -> T,
    ) -> Result<T, RobGradError> {
        let valid = step_size > T::ZERO && step_size.is_finite();
        ParameterError::check(
            "step size",
            "positive and finite",
            step_size.as_f64(),
            valid,
        )?;
        if samples == 0 {
            return Err(AggregateError::Empty.into());
        }
        self.check_selection(robust, weights.len())?;
        let loss = self.collect(weights, samples, robust, &mut gradient)?;
        self.aggregate(samples, weights.len(), robust)?;
        for (weight, &step) in weights.iter_mut().zip(&self.mean) {
            *weight -= step_size * step;
        }
        Ok(loss)
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

    fn check_selection(&mut self, robust: &Selection, weights: usize) -> Result<(), RobGradError> {
        let Selection::Indices(indices) = robust else {
            return Ok(());
        };
        // Counts how often each index is named; the buffer is filled anew afterwards.
        self.gradient.clear();
        self.gradient.resize(weights, T::ZERO);
        for &index in indices {
            match self.gradient.get_mut(index) {
                Some(named) if *named == T::ZERO => *named = T::ONE,
                _ => return Err(RobGradError::Index { index, weights }),
            }
        }
        Ok(())
    }

    /// Sums all gradients into `mean` and stores the selected coordinates, one column each.
    fn collect(
        &mut self,
        weights: &[T],
        samples: usize,
        robust: &Selection,
        gradient: &mut impl FnMut(usize, &[T], &mut [T]) -> T,
    ) -> Result<T, RobGradError> {
        self.mean.clear();
        self.mean.resize(weights.len(), T::ZERO);
        self.gradient.resize(weights.len(), T::ZERO);
        self.selected
            .resize(samples * robust.count(weights.len()), T::ZERO);
        let mut total = T::ZERO;
        let mut kept = 0;
        for sample in 0..samples {
            self.gradient.fill(T::ZERO);
            let loss = gradient(sample, weights, &mut self.gradient);
            match self.aggregator.non_finite() {
                _ if loss.is_finite() && all_finite(&self.gradient) => kept += 1,
                NonFinite::Propagate => kept += 1,
                NonFinite::Error if !loss.is_finite() => return Err(RobGradError::Loss { sample }),
                NonFinite::Error => return Err(AggregateError::NonFinite { sample }.into()),
                NonFinite::Drop => {
                    // The sample is out of the mean as well, and the aggregator is to see that it is bad.
                    self.selected
                        .iter_mut()
                        .skip(sample)
                        .step_by(samples)
                        .for_each(|g| *g = T::NAN);
                    continue;
                }
            }
            total += loss;
            for (sum, &g) in self.mean.iter_mut().zip(&self.gradient) {
                *sum += g;
            }
            for (column, index) in robust.iter(weights.len()).enumerate() {
                self.selected[column * samples + sample] = self.gradient[index];
            }
        }
        if kept == 0 {
            return Err(AggregateError::NoneFinite { samples }.into());
        }
        let count = T::of_count(kept);
        self.mean.iter_mut().for_each(|sum| *sum /= count);
        Ok(total / count)
    }

    /// Replaces the selected coordinates of the mean by their robust estimates.
    fn aggregate(
        &mut self,
        samples: usize,
        weights: usize,
        robust: &Selection,
    ) -> Result<(), RobGradError> {
        let count = robust.count(weights);
        self.estimate.resize(count, T::ZERO);
        let rows = Rows::from_columns(&self.selected, samples, count)?;
        self.aggregator
            .aggregate_rows(rows, &mut self.estimate, &mut self.work)?;
        for (index, &estimate) in robust.iter(weights).zip(&self.estimate) {
            self.mean[index] = estimate;
        }
        Ok(())
    }
}

impl Selection {
    fn count(&self, weights: usize) -> usize {
        match self {
            Self::All => weights,
            Self::Indices(indices) => indices.len(),
        }
    }

    fn iter(&self, weights: usize) -> impl Iterator<Item = usize> {
        let (all, chosen) = match self {
            Self::All => (0..weights, [].as_slice()),
            Self::Indices(indices) => (0..0, indices.as_slice()),
        };
        all.chain(chosen.iter().copied())
    }
}
