//! A network whose parameters live with the backend that computes it.

mod on_host;
mod optimiser;
mod parameters;

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::super::error::NetworkError;
use super::super::{Activation, Layer, Linear, Loss, Real, Sequential};
use super::{Activated, Backend, BackendError, Dense};
use crate::robust::Aggregator;

pub use optimiser::ResidentOptimiser;

/// A [`Sequential`] network in the memory of a [`Backend`]: parameters, activations and gradients stay there from step to
/// step, and only batches, outputs and the cotangents of the loss go to and fro.
///
/// It is a copy: [`write_to`](Self::write_to) brings the parameters back.
///
/// ```
/// use autodiff_runtime::nn::{Activation, Cpu, Resident, Sequential, SoftmaxCrossEntropy, Uniform};
/// use nalgebra::dmatrix;
/// use rand_pcg::{Pcg64, rand_core::SeedableRng};
///
/// let x = dmatrix![0.0, 0.0; 0.0, 1.0; 1.0, 0.0; 1.0, 1.0];
/// let labels = [0, 1, 1, 0];
/// let mut network = Sequential::dense(&[2, 8, 2], Activation::Tanh)?;
/// network.initialise(&Uniform::new(1.0)?, &mut Pcg64::seed_from_u64(7));
///
/// let mut there = Resident::new(Cpu, &network)?;
/// for _ in 0..2000 {
///     there.gradient(&x, &SoftmaxCrossEntropy, &labels)?;
///     there.descend(0.5)?;
/// }
/// there.write_to(&mut network)?;
/// let outputs = network.apply(&x)?;
/// assert!((0..4).all(|i| outputs.row(i).transpose().argmax().0 == labels[i]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Resident<T: Real, B: Backend<T>> {
    backend: B,
    stages: Vec<Stage<T, B::Matrix>>,
    /// The aggregator of all layers together, if the network has one.
    model: Option<Arc<dyn Aggregator<T>>>,
    x: B::Matrix,
    /// The gradients of the dense layers, in order.
    gradients: Vec<Dense<B::Matrix>>,
    output: DMatrix<T>,
    cotangent: DMatrix<T>,
    scratch: Vec<T>,
    /// Whether the gradients are those of a whole pass.
    complete: bool,
}

/// One stage of the network with the buffers for its part of a pass.
#[derive(Debug)]
struct Stage<T: Real, M> {
    dense: Option<DenseStage<T, M>>,
    activation: Activation<T>,
    out: Activated<M>,
    /// That of y, then, in place, that of z.
    cotangent: M,
}

#[derive(Debug)]
struct DenseStage<T: Real, M> {
    parameters: Dense<M>,
    aggregator: Arc<dyn Aggregator<T>>,
    frozen: bool,
}

impl<T: Real, M> DenseStage<T, M> {
    fn new<B: Backend<T, Matrix = M>>(
        backend: &B,
        linear: &Linear<T>,
    ) -> Result<Self, BackendError> {
        let bias = column(linear.bias());
        Ok(Self {
            parameters: Dense {
                weight: backend.upload(linear.weight())?,
                bias: backend.upload(&bias)?,
            },
            aggregator: linear.shared_aggregator(),
            frozen: linear.is_frozen(),
        })
    }
}

fn column<T: Real>(vector: &DVector<T>) -> DMatrix<T> {
    DMatrix::from_column_slice(vector.len(), 1, vector.as_slice())
}

impl<T: Real, B: Backend<T>> Resident<T, B> {
    /// Copies the network to the backend.
    ///
    /// # Errors
    /// [`BackendError::Layer`] for an operation of the user's, or the device's.
    pub fn new(backend: B, network: &Sequential<T>) -> Result<Self, BackendError> {
        let mut stages: Vec<Stage<T, B::Matrix>> = Vec::new();
        let mut fusable = false;
        for (at, layer) in network.layers().enumerate() {
            match layer {
                Layer::Linear(linear) => {
                    let dense = DenseStage::new(&backend, linear)?;
                    stages.push(Stage::new(&backend, Some(dense), Activation::Identity)?);
                    fusable = true;
                }
                Layer::Activation(activation) => {
                    match stages.last_mut() {
                        Some(stage) if fusable => stage.activation = activation.clone(),
                        _ => stages.push(Stage::new(&backend, None, activation.clone())?),
                    }
                    fusable = false;
                }
                // In a sequence there is one thing to sum.
                Layer::Sum => {}
                Layer::Node(_) => return Err(BackendError::Layer { layer: at }),
            }
        }
        let gradients = stages
            .iter()
            .filter(|stage| stage.dense.is_some())
            .map(|_| backend.gradient())
            .collect::<Result<_, _>>()?;
        Ok(Self {
            x: backend.empty()?,
            backend,
            stages,
            model: network.as_ref().shared_model_aggregator(),
            gradients,
            output: DMatrix::zeros(0, 0),
            cotangent: DMatrix::zeros(0, 0),
            scratch: Vec::new(),
            complete: false,
        })
    }

    /// What computes.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// The output (N × Q) for a batch (N × P).
    ///
    /// # Errors
    /// [`BackendError`]: a batch of another width, or the device's.
    pub fn forward(&mut self, x: &DMatrix<T>) -> Result<&DMatrix<T>, BackendError> {
        self.complete = false;
        self.backend.write(x, &mut self.x)?;
        for at in 0..self.stages.len() {
            let (before, rest) = self.stages.split_at_mut(at);
            let input = before.last().map_or(&self.x, |stage| &stage.out.y);
            let stage = &mut rest[0];
            match &stage.dense {
                Some(dense) => self.backend.forward(
                    input,
                    &dense.parameters,
                    &stage.activation,
                    &mut stage.out,
                )?,
                None => self
                    .backend
                    .activate(&stage.activation, input, &mut stage.out.y)?,
            }
        }
        let last = self.stages.last().map_or(&self.x, |stage| &stage.out.y);
        self.backend.read(last, &mut self.output)?;
        Ok(&self.output)
    }

    /// The output of the last pass.
    pub fn output(&self) -> &DMatrix<T> {
        &self.output
    }

    /// Runs a batch forward and back: returns the mean loss, and keeps the aggregated gradients for
    /// [`descend`](Self::descend).
    ///
    /// # Errors
    /// [`BackendError`]: shapes, an empty batch, what the loss refuses, an aggregator's error with its layer, or the device's.
    pub fn gradient<L: Loss<T> + ?Sized>(
        &mut self,
        x: &DMatrix<T>,
        loss: &L,
        targets: &L::Targets,
    ) -> Result<T, BackendError> {
        self.forward(x)?;
        let (rows, columns) = self.output.shape();
        if self.cotangent.shape() != (rows, columns) {
            self.cotangent.resize_mut(rows, columns, T::ZERO);
        }
        let mean = loss
            .evaluate(
                &self.output,
                targets,
                &mut self.cotangent,
                &mut self.scratch,
            )
            .map_err(NetworkError::from)?;
        if let Some(last) = self.stages.last_mut() {
            self.backend.write(&self.cotangent, &mut last.cotangent)?;
        }
        self.backward()?;
        if let Some(model) = self.model.clone() {
            self.aggregate_model(&*model)?;
        } else {
            for layer in self.backend.non_finite(&self.gradients)? {
                self.aggregate_layer(layer)?;
            }
        }
        self.complete = true;
        Ok(mean)
    }

    fn backward(&mut self) -> Result<(), BackendError> {
        let mut layer = self.gradients.len();
        for at in (0..self.stages.len()).rev() {
            let (before, rest) = self.stages.split_at_mut(at);
            let stage = &mut rest[0];
            let input = before.last().map_or(&self.x, |stage| &stage.out.y);
            let backend = &self.backend;
            let z = if stage.dense.is_some() {
                &stage.out.z
            } else {
                input
            };
            backend.pull_back_activation(
                &stage.activation,
                z,
                &stage.out.y,
                &mut stage.cotangent,
            )?;
            if let Some(dense) = &stage.dense {
                layer -= 1;
                if !dense.frozen && self.model.is_none() {
                    let gradient = &mut self.gradients[layer];
                    backend
                        .aggregate(input, &stage.cotangent, &*dense.aggregator, gradient)
                        .map_err(|error| numbered(error, layer))?;
                }
                // Nobody asks for the cotangent of the batch itself.
                if layer == 0 {
                    break;
                }
            }
            if let Some(before) = before.last_mut() {
                match &stage.dense {
                    Some(dense) => backend.pull_back(
                        &stage.cotangent,
                        &dense.parameters.weight,
                        &mut before.cotangent,
                    )?,
                    None => std::mem::swap(&mut before.cotangent, &mut stage.cotangent),
                }
            }
        }
        Ok(())
    }
}

impl<T: Real, M> Stage<T, M> {
    fn new<B: Backend<T, Matrix = M>>(
        backend: &B,
        dense: Option<DenseStage<T, M>>,
        activation: Activation<T>,
    ) -> Result<Self, BackendError> {
        Ok(Self {
            dense,
            activation,
            out: backend.activated()?,
            cotangent: backend.empty()?,
        })
    }
}

/// Puts the number of the layer into the error of its aggregator.
fn numbered(error: BackendError, layer: usize) -> BackendError {
    match error {
        BackendError::Network(NetworkError::Aggregate { source, .. }) => {
            NetworkError::Aggregate { layer, source }.into()
        }
        other => other,
    }
}
