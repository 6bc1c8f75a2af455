//! The loop over epochs and batches.

use std::borrow::Borrow;
use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::error::{LossError, NetworkError, ShapeError};
use super::{Gather, Graph, Loss, Minibatches, Optimiser, Pass, Real};

/// How long to train, and by which batches.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use autodiff_runtime::nalgebra::DMatrix;
/// use autodiff_runtime::nn::{Activation, Adam, Deviates, Ending, Glorot, Sequential, SquaredError, Training};
/// use rand_pcg::{Pcg64, rand_core::SeedableRng};
///
/// let x = DMatrix::from_fn(60, 1, |i, _| i as f64 / 30.0 - 1.0);
/// let y = x.map(|x| x * x);
/// let mut network = Sequential::dense(&[1, 16, 1], Activation::Tanh)?;
/// network.initialise(&Glorot(Deviates::Uniform), &mut Pcg64::seed_from_u64(3));
///
/// let training = Training::new(500).minibatches(20, 1);
/// let report = training.run(&mut network, &mut Adam::new(0.01)?, &SquaredError, &x, &y, |progress| {
///     // Enough is enough.
///     if progress.loss < 1e-3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
/// })?;
/// assert_eq!(report.ending, Ending::Stopped);
/// assert!(report.losses.len() < 500 && report.losses[0] > 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Training {
    epochs: usize,
    /// Batch size and seed; without them a batch is all there is.
    batches: Option<(usize, u64)>,
}

/// Where a training is, at the end of an epoch.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a, T: Real> {
    /// How many epochs are done.
    pub epoch: usize,
    /// How many steps are done.
    pub steps: usize,
    /// The mean of the losses of this epoch's samples, each as it was before the step of its batch.
    pub loss: T,
    /// The network as it is now.
    pub network: &'a Graph<T>,
}

/// What came of a training.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report<T> {
    /// The mean loss of every whole epoch, as in [`Progress::loss`].
    pub losses: Vec<T>,
    /// How many steps were taken.
    pub steps: usize,
    /// Why it ended.
    pub ending: Ending,
}

/// Why a training ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// All epochs are done.
    Finished,
    /// The callback asked for it.
    Stopped,
    /// A loss or a gradient was not finite. The parameters are those at which it happened.
    NonFinite(NetworkError),
}

impl Training {
    /// So many epochs of one step each, on all samples at once.
    pub fn new(epochs: usize) -> Self {
        Self {
            epochs,
            batches: None,
        }
    }

    /// Steps on [`Minibatches`] of this size, drawn by a generator of this seed. A size beyond the number of samples is
    /// all of them.
    #[must_use]
    pub fn minibatches(mut self, size: usize, seed: u64) -> Self {
        self.batches = Some((size, seed));
        self
    }

    /// Trains `network` on the samples `x` (N × P) with their `targets`, and calls `progress` after each epoch.
    ///
    /// A loss or gradient that is not finite ends the training and is no error: [`Report::ending`] says so.
    ///
    /// # Errors
    /// [`NetworkError`]: no samples, a batch size of 0, and whatever [`Graph::gradient`] and the optimiser refuse for
    /// another reason than numbers that are not finite.
    pub fn run<T, L, N, O>(
        &self,
        network: &mut N,
        optimiser: &mut O,
        loss: &L,
        x: &DMatrix<T>,
        targets: &L::Targets,
        mut progress: impl FnMut(&Progress<'_, T>) -> ControlFlow<()>,
    ) -> Result<Report<T>, NetworkError>
    where
        T: Real,
        L: Loss<T, Targets: Gather> + ?Sized,
        N: AsMut<Graph<T>> + ?Sized,
        O: Optimiser<T> + ?Sized,
    {
        let network = network.as_mut();
        let mut batches = self.sampler(x.nrows())?;
        ShapeError::check("training", "targets", x.nrows(), targets.samples())?;
        let mut stepper = Stepper {
            loss,
            x,
            targets,
            pass: Pass::new(),
            batch: Default::default(),
        };
        let mut report = Report {
            losses: Vec::new(),
            steps: 0,
            ending: Ending::Finished,
        };
        for epoch in 1..=self.epochs {
            let mut total = T::ZERO;
            for _ in 0..batches.as_ref().map_or(1, Minibatches::per_epoch) {
                match stepper.step(network, optimiser, batches.as_mut()) {
                    Ok(losses) => total += losses,
                    Err(error) if error.is_non_finite() => {
                        report.ending = Ending::NonFinite(error);
                        return Ok(report);
                    }
                    Err(error) => return Err(error),
                }
                report.steps += 1;
            }
            let loss = total / T::of_count(x.nrows());
            report.losses.push(loss);
            let now = Progress {
                epoch,
                steps: report.steps,
                loss,
                network,
            };
            if progress(&now).is_break() {
                report.ending = Ending::Stopped;
                break;
            }
        }
        Ok(report)
    }

    fn sampler(&self, samples: usize) -> Result<Option<Minibatches>, NetworkError> {
        if samples == 0 {
            return Err(LossError::Empty.into());
        }
        let sampler =
            |(size, seed): (usize, u64)| Minibatches::seeded(samples, size.min(samples), seed);
        Ok(self.batches.map(sampler).transpose()?)
    }
}

/// What the steps of a training have in common.
struct Stepper<'a, T: Real, L: Loss<T, Targets: Gather> + ?Sized> {
    loss: &'a L,
    x: &'a DMatrix<T>,
    targets: &'a L::Targets,
    pass: Pass<T>,
    batch: (DMatrix<T>, <L::Targets as Gather>::Batch),
}

impl<T: Real, L: Loss<T, Targets: Gather> + ?Sized> Stepper<'_, T, L> {
    /// Takes a step and returns the sum of its samples' losses before it.
    fn step(
        &mut self,
        network: &mut Graph<T>,
        optimiser: &mut (impl Optimiser<T> + ?Sized),
        batches: Option<&mut Minibatches>,
    ) -> Result<T, NetworkError> {
        let (x, targets) = match batches {
            None => (self.x, self.targets),
            Some(batches) => {
                let samples = batches.next_batch();
                self.x.gather(samples, &mut self.batch.0)?;
                self.targets.gather(samples, &mut self.batch.1)?;
                (&self.batch.0, self.batch.1.borrow())
            }
        };
        let mean = network.gradient(x, self.loss, targets, &mut self.pass)?;
        optimiser.step_graph(network, &self.pass)?;
        Ok(mean * T::of_count(x.nrows()))
    }
}
