//! All rules on all corruptions and seeds, in parallel, with results that do not depend on how many threads there are.

use std::time::Duration;

use rayon::prelude::*;
use serde::Serialize;

use super::corruption::Corruption;
use super::rule::Rule;
use super::task::{Task, training_size};
use super::training::{Outcome, Recipe, TrainingError, train};
use crate::iris::compute::Compute;
use crate::iris::dataset::Dataset;
use crate::iris::statistics::{CountSum, MeanSd};

/// What is compared, and on what.
pub struct Benchmark {
    /// The samples all tasks draw from.
    pub data: Dataset,
    /// The network and how it is trained, the same for all rules.
    pub recipe: Recipe,
    /// What trains it.
    pub compute: Compute,
    /// The contestants.
    pub rules: Vec<Rule>,
    /// What is wrong with the training sets.
    pub corruptions: Vec<Corruption>,
    /// A split, initial weights and batches for each; every rule sees all of them.
    pub seeds: Vec<u64>,
}

/// What a rule achieved on one corruption, over all seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The share of test samples whose class was found.
    pub accuracy: MeanSd,
    /// How many trainings ended early, at numbers that were not finite.
    pub diverged: usize,
    /// The time of a step. It is no part of what is repeatable.
    #[serde(skip)]
    pub step_time: Duration,
}

impl Benchmark {
    /// Test samples per split.
    pub fn test_size(&self) -> usize {
        self.data.len() - training_size(self.data.len())
    }

    /// The number of trainings it takes.
    pub fn trainings(&self) -> usize {
        self.rules.len() * self.corruptions.len() * self.seeds.len()
    }

    /// Trains every rule on every task and calls `finished` after each training. The answer has a row for each rule and
    /// in it a score for each corruption.
    ///
    /// # Errors
    ///
    /// What an aggregator cannot do with the batches. A training that diverges is a result and no error.
    pub fn run(&self, finished: impl Fn() + Sync) -> Result<Vec<Vec<Score>>, TrainingError> {
        let tasks = self.corruptions.iter().flat_map(|&corruption| {
            let seeds = self.seeds.iter();
            seeds.map(move |&seed| (corruption, seed))
        });
        let tasks: Vec<_> = tasks.collect();
        let columns = tasks
            .par_iter()
            .map(|&(corruption, seed)| {
                let task = Task::new(&self.data, corruption, seed);
                let outcome = |rule| {
                    let outcome = train(&self.recipe, rule, &task, seed, &self.compute);
                    finished();
                    outcome
                };
                self.rules.par_iter().map(outcome).collect()
            })
            .collect::<Result<Vec<Vec<Outcome>>, _>>()?;
        let row = |rule: usize| {
            let seeds = columns.chunks(self.seeds.len());
            seeds
                .map(|seeds| self.score(seeds.iter().map(|rules| &rules[rule])))
                .collect()
        };
        Ok((0..self.rules.len()).map(row).collect())
    }

    fn score<'a>(&self, outcomes: impl Iterator<Item = &'a Outcome>) -> Score {
        let mut correct = CountSum::default();
        let (mut diverged, mut steps, mut time) = (0, 0, Duration::ZERO);
        for outcome in outcomes {
            correct.add(outcome.correct);
            diverged += usize::from(outcome.steps < self.recipe.steps);
            steps += outcome.steps;
            time += outcome.time;
        }
        Score {
            accuracy: correct.share_of(self.test_size()),
            diverged,
            step_time: time.div_f64(steps.max(1) as f64),
        }
    }
}
