//! One training: one network, one rule, one task.

use std::time::{Duration, Instant};

use autodiff_runtime::nn::{
    Activation, Deviates, Gather, He, Minibatches, NetworkError, Pass, Sequential, Sgd,
};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::hostile::Falsified;
use super::rule::Rule;
use super::task::Task;

/// What all rules share: the network, and how long and how fast it learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The widths of the layers, from the features to one output per class.
    pub widths: Vec<usize>,
    /// Minibatch steps.
    pub steps: usize,
    /// Samples a batch.
    pub batch_size: usize,
    /// The step size, the same for all rules.
    pub step_size: f32,
}

/// How a training ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Test samples whose class is found.
    pub correct: u32,
    /// The time spent in steps.
    pub time: Duration,
    /// The steps taken: fewer than asked for if numbers left their range.
    pub steps: usize,
}

/// Why a training could not go on, other than by diverging.
#[derive(Debug, thiserror::Error)]
#[error("{rule}: {source}")]
pub struct TrainingError {
    rule: String,
    source: NetworkError,
}

/// Trains a network and counts the test samples that it gets right.
///
/// # Errors
///
/// What the aggregator cannot do with so many samples.
pub fn train(
    recipe: &Recipe,
    rule: &Rule,
    task: &Task,
    seed: u64,
) -> Result<Outcome, TrainingError> {
    run(recipe, rule, task, seed).map_err(|source| TrainingError {
        rule: rule.to_string(),
        source,
    })
}

fn run(recipe: &Recipe, rule: &Rule, task: &Task, seed: u64) -> Result<Outcome, NetworkError> {
    let mut network = Sequential::<f32>::dense(&recipe.widths, Activation::Relu)?;
    network.initialise(&He(Deviates::Normal), &mut Pcg64::seed_from_u64(seed));
    rule.apply(&mut network);
    let batches = Minibatches::seeded(task.targets.len(), recipe.batch_size, seed)?;
    let mut batches = batches.whole_batches();
    let (sgd, mut pass) = (Sgd::new(recipe.step_size)?, Pass::new());
    let (mut x, mut targets) = Default::default();
    let start = Instant::now();
    let mut steps = 0;
    while steps < recipe.steps {
        let batch = batches.next_batch();
        task.inputs.gather(batch, &mut x)?;
        task.targets.gather(batch, &mut targets)?;
        match network.gradient(&x, &Falsified, &targets, &mut pass) {
            Ok(_) => sgd.step(&mut network, &pass)?,
            Err(error) if error.is_non_finite() => break,
            Err(error) => return Err(error),
        }
        steps += 1;
    }
    let time = start.elapsed();
    let outputs = network.forward(&task.test_inputs, &mut pass)?;
    Ok(Outcome {
        correct: correct(outputs, &task.test_labels),
        time,
        steps,
    })
}

/// Counts the samples whose largest output is that of their class. Of equal outputs the first counts as largest.
fn correct(outputs: &DMatrix<f32>, labels: &[usize]) -> u32 {
    let predicted = |row: usize| {
        let larger = |best: usize, class: usize| {
            if outputs[(row, class)] > outputs[(row, best)] {
                class
            } else {
                best
            }
        };
        (0..outputs.ncols()).reduce(larger)
    };
    let right = labels
        .iter()
        .enumerate()
        .filter(|(row, label)| predicted(*row) == Some(**label));
    right.count() as u32
}

#[cfg(test)]
mod tests {
    use super::super::corruption::Corruption;
    use super::*;
    use crate::iris::dataset::Dataset;

    #[test]
    fn the_mean_learns_clean_digits_and_not_spoiled_ones() {
        let data = Dataset::digits();
        let recipe = Recipe {
            widths: vec![64, 32, 10],
            steps: 200,
            batch_size: 64,
            step_size: 0.1,
        };
        let share = |corruption, rule: &str| {
            let task = Task::new(&data, corruption, 1);
            let outcome = train(&recipe, &rule.parse().unwrap(), &task, 1).unwrap();
            f64::from(outcome.correct) / task.test_labels.len() as f64
        };
        assert!(share(Corruption::Clean, "mean") > 0.9);
        assert!(share(Corruption::Moved, "mean") < 0.5);
        assert!(share(Corruption::Moved, "norm-clip") > 0.8);
    }
}
