//! Optimisers that remember, next to the network they move.

use nalgebra::DMatrix;

use super::super::super::error::ShapeError;
use super::super::super::{Coordinatewise, Real};
use super::super::{Backend, BackendError, Dense};
use super::Resident;

/// An optimiser for a [`Resident`] network: what it remembers of each parameter is in the memory of the backend too.
///
/// It belongs to one network. For steps without a memory there is [`Resident::descend`].
///
/// ```
/// use autodiff_runtime::nalgebra::dmatrix;
/// use autodiff_runtime::nn::{
///     Activation, Adam, Cpu, Resident, ResidentOptimiser, Sequential, SquaredError,
/// };
///
/// let network = Sequential::<f64>::dense(&[1, 1], Activation::Relu)?;
/// let mut there = Resident::new(Cpu, &network)?;
/// let mut adam = ResidentOptimiser::new(Adam::new(0.05)?);
/// let (x, y) = (dmatrix![0.0; 1.0], dmatrix![1.0; 3.0]);
/// for _ in 0..2000 {
///     there.gradient(&x, &SquaredError, &y)?;
///     adam.step(&mut there)?;
/// }
/// assert!((there.forward(&dmatrix![2.0])?[0] - 5.0).abs() < 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ResidentOptimiser<O, M> {
    rule: O,
    /// For each dense layer what is remembered of it. Empty before the first step.
    memory: Vec<Vec<Dense<M>>>,
}

impl<O, M> ResidentOptimiser<O, M> {
    /// This optimiser, [`Sgd`](super::super::super::Sgd), [`Momentum`](super::super::super::Momentum),
    /// [`Adam`](super::super::super::Adam) or another that is [`Coordinatewise`], at its first step.
    pub fn new(rule: O) -> Self {
        Self {
            rule,
            memory: Vec::new(),
        }
    }

    /// The optimiser.
    pub fn rule(&self) -> &O {
        &self.rule
    }

    /// The optimiser, to be changed, for example in its step size.
    pub fn rule_mut(&mut self) -> &mut O {
        &mut self.rule
    }

    /// Takes a step along the gradients of the last [`Resident::gradient`].
    ///
    /// # Errors
    /// [`BackendError`]: there are none, the memory is that of another network, or the device's. Except for the last, nothing
    /// has moved then.
    pub fn step<T: Real, B>(&mut self, network: &mut Resident<T, B>) -> Result<(), BackendError>
    where
        O: Coordinatewise<T>,
        B: Backend<T, Matrix = M>,
    {
        network.check_complete()?;
        let update = self.rule.update();
        if self.memory.is_empty() {
            self.memory = network.memory(update.memories())?;
        }
        network.check_memory(&self.memory)?;
        network.update(update, &mut self.memory)?;
        self.rule.advance();
        Ok(())
    }
}

impl<T: Real, B: Backend<T>> Resident<T, B> {
    /// So many zeros for each parameter.
    fn memory(&self, numbers: usize) -> Result<Vec<Vec<Dense<B::Matrix>>>, BackendError> {
        let zeros = |like: &B::Matrix| {
            let (rows, columns) = self.backend.shape(like);
            self.backend.upload(&DMatrix::zeros(rows, columns))
        };
        let memory = |like: &Dense<B::Matrix>| {
            Ok(Dense {
                weight: zeros(&like.weight)?,
                bias: zeros(&like.bias)?,
            })
        };
        self.parameters()
            .map(|layer| (0..numbers).map(|_| memory(layer)).collect())
            .collect()
    }

    fn check_memory(&self, memory: &[Vec<Dense<B::Matrix>>]) -> Result<(), ShapeError> {
        let layers = self.gradients.len();
        ShapeError::check("optimiser", "layers in its memory", layers, memory.len())?;
        for (layer, memory) in self.parameters().zip(memory) {
            let (outputs, inputs) = self.backend.shape(&layer.weight);
            for memory in memory {
                let found = self.backend.shape(&memory.weight);
                ShapeError::check("optimiser", "outputs in its memory", outputs, found.0)?;
                ShapeError::check("optimiser", "inputs in its memory", inputs, found.1)?;
            }
        }
        Ok(())
    }

    fn parameters(&self) -> impl Iterator<Item = &Dense<B::Matrix>> {
        let dense = self.stages.iter().filter_map(|stage| stage.dense.as_ref());
        dense.map(|dense| &dense.parameters)
    }
}
