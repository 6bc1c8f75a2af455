//! All methods on all trials, in parallel, with results that do not depend on how many threads there are.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::Serialize;

use super::compute::Compute;
use super::contamination::Contamination;
use super::dataset::Dataset;
use super::method::Method;
use super::statistics::{CurveSums, LEARNT_BELOW, MeanSd, STUCK_FROM, median_time, share};
use super::training::{Curves, Recipe, TrainingError, train};
use super::trial::{Trial, TrialSeeds, training_size};

/// What is compared, and on what.
pub struct Comparison<'a> {
    /// The samples all trials draw from.
    pub data: &'a Dataset,
    /// What happens to the training sets.
    pub contamination: Contamination,
    /// The network and how it is trained, the same for all methods.
    pub recipe: Recipe,
    /// What computes the networks.
    pub compute: Compute,
    /// The contestants.
    pub methods: Vec<Method>,
    /// What the trials are drawn by; every method sees each of them.
    pub seeds: Vec<TrialSeeds>,
}

/// How one trial of one method ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Misclassified samples of the training set.
    pub train: u32,
    /// Misclassified samples of the test set.
    pub test: u32,
    /// The first iteration with less than a tenth of the test set misclassified.
    pub learnt_at: Option<usize>,
    /// The iteration at which a gradient stopped being finite.
    pub diverged_at: Option<usize>,
}

/// What a method achieved, over all trials.
#[derive(Clone, Debug, Default)]
pub struct Achievement {
    /// Misclassification by iteration.
    pub curves: CurveSums,
    /// How each trial ended, in the order of the trials.
    pub endings: Vec<Ending>,
    /// The time spent, summed over trials.
    pub time: Duration,
}

/// An achievement in a few numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Misclassified share of the training set at the end.
    pub train_error: MeanSd,
    /// Misclassified share of the test set at the end.
    pub test_error: MeanSd,
    /// Share of the trials with a test error of at least 0.55.
    pub stuck: f64,
    /// Share of the trials with a test error below 0.10 at the end.
    pub learnt: f64,
    /// The median over trials of the first iteration with a test error below 0.10; none if half of them never had it.
    pub median_learnt_at: Option<usize>,
    /// Number of trials that ended early at a gradient that was not finite.
    pub diverged: usize,
}

impl Comparison<'_> {
    /// Training samples per trial, which is what one iteration costs in gradients.
    pub fn training_size(&self) -> usize {
        training_size(self.data.len())
    }

    /// Test samples per trial.
    pub fn test_size(&self) -> usize {
        self.data.len() - self.training_size()
    }

    /// Training samples that are moved, per trial.
    pub fn moved(&self) -> usize {
        self.contamination.count(self.training_size())
    }

    /// The number of trainings it takes.
    pub fn trainings(&self) -> usize {
        self.methods.len() * self.seeds.len()
    }

    /// The trial of this number. It is made when it is needed: all of them at once may not fit into memory.
    pub fn trial(&self, number: usize) -> Trial {
        Trial::new(self.data, &self.contamination, &self.seeds[number])
    }

    /// Trains every method on every trial and calls `finished` after each training. The answer is in the order of the
    /// methods.
    ///
    /// # Errors
    ///
    /// What an aggregator cannot do with the trial's data. A trial that diverges is a result and no error.
    pub fn run(&self, finished: impl Fn() + Sync) -> Result<Vec<Achievement>, TrainingError> {
        let none = || vec![Achievement::default(); self.methods.len()];
        (0..self.seeds.len())
            .into_par_iter()
            .map(|number| self.train_all(&self.trial(number), &finished))
            .try_fold(none, |mut achieved, trainings| {
                for (achieved, (curves, time)) in achieved.iter_mut().zip(trainings?) {
                    achieved.add(&curves, self.test_size(), time);
                }
                Ok(achieved)
            })
            .try_reduce(none, |mut left, right| {
                left.iter_mut()
                    .zip(&right)
                    .for_each(|(left, right)| left.merge(right));
                Ok(left)
            })
    }

    fn train_all(
        &self,
        trial: &Trial,
        finished: impl Fn() + Sync,
    ) -> Result<Vec<(Curves, Duration)>, TrainingError> {
        let timed = |method| {
            let start = Instant::now();
            let curves = train(&self.recipe, method, trial, &self.compute)?;
            finished();
            Ok((curves, start.elapsed()))
        };
        self.methods.par_iter().map(timed).collect()
    }
}

impl Achievement {
    fn add(&mut self, curves: &Curves, test_size: usize, time: Duration) {
        let learnt = |wrong: &u32| share_of(*wrong, test_size) < LEARNT_BELOW;
        self.endings.push(Ending {
            train: curves.train.last().copied().unwrap_or_default(),
            test: curves.test.last().copied().unwrap_or_default(),
            learnt_at: curves.test.iter().position(learnt),
            diverged_at: curves.diverged_at,
        });
        self.curves.add(&curves.train, &curves.test);
        self.time += time;
    }

    fn merge(&mut self, other: &Self) {
        self.curves.merge(&other.curves);
        self.endings.extend(&other.endings);
        self.time += other.time;
    }

    /// The few numbers, given the sizes of the training and the test set.
    pub fn summary(&self, training_size: usize, test_size: usize) -> Summary {
        let test_error = |ending: &Ending| share_of(ending.test, test_size);
        let last = |curve: &[super::statistics::CountSum], size| {
            curve.last().map(|sum| sum.share_of(size))
        };
        let none = MeanSd {
            mean: f64::NAN,
            sd: None,
        };
        Summary {
            train_error: last(&self.curves.train, training_size).unwrap_or(none),
            test_error: last(&self.curves.test, test_size).unwrap_or(none),
            stuck: share(&self.endings, |ending| test_error(ending) >= STUCK_FROM),
            learnt: share(&self.endings, |ending| test_error(ending) < LEARNT_BELOW),
            median_learnt_at: median_time(self.endings.iter().map(|ending| ending.learnt_at)),
            diverged: self
                .endings
                .iter()
                .filter(|ending| ending.diverged_at.is_some())
                .count(),
        }
    }
}

/// The share that `count` is of `whole`.
pub fn share_of(count: u32, whole: usize) -> f64 {
    f64::from(count) / whole as f64
}
