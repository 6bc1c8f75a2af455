//! One training: one network, one rule, one task.

use std::time::{Duration, Instant};

use autodiff_runtime::nn::{
    Activation, BackendError, Deviates, Gather, He, Minibatches, NetworkError, Pass, Sequential,
    Sgd,
};
#[cfg(feature = "opencl")]
use autodiff_runtime::{nn::Resident, opencl::OpenCl};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::hostile::{Falsified, Target};
use super::rule::Rule;
use super::task::Task;
use crate::iris::compute::Compute;

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
    source: BackendError,
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
    compute: &Compute,
) -> Result<Outcome, TrainingError> {
    let outcome = match compute {
        Compute::Cpu => OnHost::new(recipe, rule, seed)
            .map_err(BackendError::from)
            .and_then(|learner| run(learner, recipe, task, seed)),
        #[cfg(feature = "opencl")]
        Compute::OpenCl(device) => OnDevice::new(device, recipe, rule, seed)
            .and_then(|learner| run(learner, recipe, task, seed)),
    };
    outcome.map_err(|source| TrainingError {
        rule: rule.to_string(),
        source,
    })
}

/// A network that learns.
trait Learner {
    /// Takes a step on a batch.
    fn step(&mut self, x: &DMatrix<f32>, targets: &[Target]) -> Result<(), BackendError>;

    /// The outputs for a batch.
    fn outputs(&mut self, x: &DMatrix<f32>) -> Result<&DMatrix<f32>, BackendError>;
}

fn run(
    mut learner: impl Learner,
    recipe: &Recipe,
    task: &Task,
    seed: u64,
) -> Result<Outcome, BackendError> {
    let batches = Minibatches::seeded(task.targets.len(), recipe.batch_size, seed)
        .map_err(NetworkError::from)?;
    let mut batches = batches.whole_batches();
    let (mut x, mut targets) = Default::default();
    let start = Instant::now();
    let mut steps = 0;
    while steps < recipe.steps {
        let batch = batches.next_batch();
        task.inputs.gather(batch, &mut x)?;
        task.targets.gather(batch, &mut targets)?;
        match learner.step(&x, &targets) {
            Ok(()) => steps += 1,
            Err(BackendError::Network(error)) if error.is_non_finite() => break,
            Err(error) => return Err(error),
        }
    }
    let time = start.elapsed();
    Ok(Outcome {
        correct: correct(learner.outputs(&task.test_inputs)?, &task.test_labels),
        time,
        steps,
    })
}

/// A network on the processor, what moves it, and its buffers.
struct OnHost {
    network: Sequential<f32>,
    descent: Sgd<f32>,
    pass: Pass<f32>,
}

impl OnHost {
    fn new(recipe: &Recipe, rule: &Rule, seed: u64) -> Result<Self, NetworkError> {
        Ok(Self {
            network: network(recipe, rule, seed)?,
            descent: Sgd::new(recipe.step_size)?,
            pass: Pass::new(),
        })
    }
}

impl Learner for OnHost {
    fn step(&mut self, x: &DMatrix<f32>, targets: &[Target]) -> Result<(), BackendError> {
        self.network
            .gradient(x, &Falsified, targets, &mut self.pass)?;
        Ok(self.descent.step(&mut self.network, &self.pass)?)
    }

    fn outputs(&mut self, x: &DMatrix<f32>) -> Result<&DMatrix<f32>, BackendError> {
        Ok(self.network.forward(x, &mut self.pass)?)
    }
}

/// A network on a device.
#[cfg(feature = "opencl")]
struct OnDevice {
    network: Resident<f32, OpenCl>,
    step_size: f32,
}

#[cfg(feature = "opencl")]
impl OnDevice {
    /// Each training has a queue of its own, so that they run side by side.
    fn new(device: &OpenCl, recipe: &Recipe, rule: &Rule, seed: u64) -> Result<Self, BackendError> {
        let network = network(recipe, rule, seed)?;
        Ok(Self {
            network: Resident::new(device.another_queue()?, &network)?,
            step_size: recipe.step_size,
        })
    }
}

#[cfg(feature = "opencl")]
impl Learner for OnDevice {
    fn step(&mut self, x: &DMatrix<f32>, targets: &[Target]) -> Result<(), BackendError> {
        self.network.gradient(x, &Falsified, targets)?;
        self.network.descend(self.step_size)
    }

    fn outputs(&mut self, x: &DMatrix<f32>) -> Result<&DMatrix<f32>, BackendError> {
        self.network.forward(x)
    }
}

fn network(recipe: &Recipe, rule: &Rule, seed: u64) -> Result<Sequential<f32>, NetworkError> {
    let mut network = Sequential::dense(&recipe.widths, Activation::Relu)?;
    network.initialise(&He(Deviates::Normal), &mut Pcg64::seed_from_u64(seed));
    rule.apply(&mut network);
    Ok(network)
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
            let rule = rule.parse().unwrap();
            let outcome = train(&recipe, &rule, &task, 1, &Compute::Cpu).unwrap();
            f64::from(outcome.correct) / task.test_labels.len() as f64
        };
        assert!(share(Corruption::Clean, "mean") > 0.9);
        assert!(share(Corruption::Moved, "mean") < 0.5);
        assert!(share(Corruption::Moved, "norm-clip") > 0.8);
    }

    /// Sums run in another order on a device, so that a sample on the border between classes may fall to the other side.
    #[cfg(feature = "opencl")]
    #[test]
    fn a_device_trains_as_the_processor_does() {
        let Some(device) = autodiff_runtime::opencl::device_or_skip() else {
            return;
        };
        let recipe = Recipe {
            widths: vec![64, 16, 16, 10],
            steps: 40,
            batch_size: 64,
            step_size: 0.1,
        };
        let compute = Compute::OpenCl(device);
        // With kernels, in part with kernels, and on the processor.
        for (rule, corruption) in [
            ("mean", Corruption::Clean),
            ("soft-truncation", Corruption::HeavyTails),
            ("soft-truncation@first", Corruption::Labels20),
            ("norm-clip:max-norm=0.5", Corruption::Hostile),
            ("norm-clip:max-norm=median", Corruption::Moved),
            ("mean:clip=1@model", Corruption::Scaled),
            ("trimmed-mean:trim=15%", Corruption::Clean),
        ] {
            let task = Task::new(&Dataset::digits(), corruption, 1);
            let train = |compute| train(&recipe, &rule.parse().unwrap(), &task, 1, compute);
            let (expected, found) = (train(&Compute::Cpu).unwrap(), train(&compute).unwrap());
            assert_eq!(found.steps, expected.steps, "{rule}");
            let apart = found.correct.abs_diff(expected.correct);
            assert!(apart <= 3, "{rule}: {found:?}, not {expected:?}");
        }
    }
}
