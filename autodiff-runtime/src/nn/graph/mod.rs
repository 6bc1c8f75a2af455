//! Feed-forward graphs of layers.

mod backward;
mod builder;
mod forward;
mod parameters;
mod stage;

use std::sync::Arc;

use nalgebra::DMatrix;
use rand::Rng;

use super::error::NetworkError;
use super::{Initialise, Layer, Linear, Loss, NodeLayer, Pass, Real};
use crate::robust::Aggregator;

pub use builder::{GraphBuilder, Source};
use stage::Stage;

/// The name of the batch among the sources.
const INPUT: &str = "input";

/// A feed-forward network with skip-layer connections: layers that read any earlier layers, or some of their units.
///
/// Each layer reads its sources side by side as one batch, N × P. A dense layer on two sources of three and two units
/// therefore has five inputs, and the columns of its weights are in the order of the sources. Layers may be added in any
/// order; they are computed in one in which every layer follows its sources.
///
/// A network is trained as [`Sequential`](super::Sequential), which is a graph without skips: [`gradient`](Self::gradient)
/// runs a batch forward, takes the loss and brings the cotangents of every sample's own loss back, summed over the readers
/// of each unit (equation u̅ᵢ = Σ_j u̅_j ∂u_j/∂uᵢ of the reverse sweep); the aggregator of each layer makes one gradient of
/// N.
///
/// ```
/// use autodiff_runtime::nalgebra::dmatrix;
/// use autodiff_runtime::nn::{Activation, Graph, Linear, Pass, Sgd, Source, SquaredError, Uniform};
/// use rand_pcg::{Pcg64, rand_core::SeedableRng};
///
/// // A hidden layer beside a straight way to the output, which reads one unit of the batch and all of the hidden layer.
/// let mut network = Graph::builder(2)
///     .layer("hidden", Linear::zeros(2, 4), ["input"])
///     .layer("bent", Activation::Tanh, ["hidden"])
///     .layer("output", Linear::zeros(5, 1), [Source::units("input", 1..2), "bent".into()])
///     .build("output")?;
/// network.initialise(&Uniform::new(0.5)?, &mut Pcg64::seed_from_u64(1));
///
/// let (x, y) = (dmatrix![0.0, 0.0; 0.0, 1.0; 1.0, 0.0; 1.0, 1.0], dmatrix![0.0; 3.0; 1.0; 2.0]);
/// let (sgd, mut pass) = (Sgd::new(0.2)?, Pass::new());
/// for _ in 0..2000 {
///     network.gradient(&x, &SquaredError, &y, &mut pass)?;
///     sgd.step(&mut network, &pass)?;
/// }
/// assert!((network.apply(&x)? - y).amax() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What does not fit is an error that names the layers:
///
/// ```
/// use autodiff_runtime::nn::{Activation, Graph, GraphError, Linear};
///
/// let circle = Graph::<f64>::builder(2)
///     .layer("sum", Linear::zeros(5, 3), ["input", "bent"])
///     .layer("bent", Activation::Tanh, ["sum"])
///     .build("bent");
/// assert!(matches!(circle, Err(GraphError::Cycle { .. })));
/// ```
#[derive(Clone, Debug)]
pub struct Graph<T: Real> {
    inputs: usize,
    outputs: usize,
    /// In the order of computation; the last is the output.
    stages: Vec<Stage<T>>,
    /// That of the whole network, in place of those of its layers.
    aggregator: Option<Arc<dyn Aggregator<T>>>,
}

impl<T: Real> Graph<T> {
    /// The name of the batch among the sources of a layer: `"input"`.
    pub const INPUT: &'static str = INPUT;

    /// Starts a network whose batches have so many columns.
    pub fn builder(inputs: usize) -> GraphBuilder<T> {
        GraphBuilder::new(inputs)
    }

    fn of(inputs: usize, outputs: usize, stages: Vec<Stage<T>>) -> Self {
        Self {
            inputs,
            outputs,
            stages,
            aggregator: None,
        }
    }

    /// Columns of a batch.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Columns of the output.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The layers with their names, in the order of computation.
    pub fn layers(&self) -> impl Iterator<Item = (&str, &Layer<T>)> {
        self.stages
            .iter()
            .map(|stage| (stage.name.as_str(), &stage.layer))
    }

    pub(super) fn layers_mut(&mut self) -> impl Iterator<Item = &mut Layer<T>> {
        self.stages.iter_mut().map(|stage| &mut stage.layer)
    }

    /// The layer of this name, if there is one.
    pub fn layer(&self, name: &str) -> Option<&Layer<T>> {
        self.stages
            .iter()
            .find(|stage| stage.name == name)
            .map(|stage| &stage.layer)
    }

    /// The dense layer of this name, to be changed. One put in its place must have its widths.
    pub fn linear_named_mut(&mut self, name: &str) -> Option<&mut Linear<T>> {
        match self.named_mut(name) {
            Some(Layer::Linear(linear)) => Some(linear),
            _ => None,
        }
    }

    /// The user's operation of this name, to be changed. One put in its place must have its widths.
    pub fn node_named_mut(&mut self, name: &str) -> Option<&mut NodeLayer<T>> {
        match self.named_mut(name) {
            Some(Layer::Node(node)) => Some(node),
            _ => None,
        }
    }

    fn named_mut(&mut self, name: &str) -> Option<&mut Layer<T>> {
        let stage = self.stages.iter_mut().find(|stage| stage.name == name);
        stage.map(|stage| &mut stage.layer)
    }

    /// The dense layers, in the order of computation.
    pub fn linears(&self) -> impl Iterator<Item = &Linear<T>> {
        self.stages.iter().filter_map(|stage| match &stage.layer {
            Layer::Linear(linear) => Some(linear),
            _ => None,
        })
    }

    /// The dense layers, in the order of computation, to be changed.
    pub fn linears_mut(&mut self) -> impl Iterator<Item = &mut Linear<T>> {
        self.stages
            .iter_mut()
            .filter_map(|stage| match &mut stage.layer {
                Layer::Linear(linear) => Some(linear),
                _ => None,
            })
    }

    /// Dense layer `layer`, counted from 0 over dense layers.
    ///
    /// # Errors
    /// [`NetworkError::NoSuchLayer`] if there are not so many.
    pub fn linear_mut(&mut self, layer: usize) -> Result<&mut Linear<T>, NetworkError> {
        let layers = self.linears().count();
        self.linears_mut()
            .nth(layer)
            .ok_or(NetworkError::NoSuchLayer { layer, layers })
    }

    /// Gives every layer with parameters the same aggregator, each on its own.
    pub fn set_aggregators(&mut self, aggregator: impl Aggregator<T> + Clone + 'static) {
        for stage in &mut self.stages {
            match &mut stage.layer {
                Layer::Linear(linear) => linear.set_aggregator(aggregator.clone()),
                Layer::Node(node) => node.set_aggregator(aggregator.clone()),
                Layer::Activation(_) | Layer::Sum => {}
            }
        }
    }

    /// The network with one aggregator for every layer with parameters, each on its own.
    #[must_use]
    pub fn aggregated_by(mut self, aggregator: impl Aggregator<T> + Clone + 'static) -> Self {
        self.set_aggregators(aggregator);
        self
    }

    /// Aggregates the gradients of all layers as one vector a sample, in place of each layer on its own.
    ///
    /// An estimator of whole vectors then gives a sample the same weight everywhere; one that treats each coordinate
    /// alone gives the same as in every layer. Layers that are frozen are no part of the vector. An operation of the
    /// user's that has aggregated by itself keeps its estimate.
    pub fn set_model_aggregator(&mut self, aggregator: impl Aggregator<T> + 'static) {
        self.aggregator = Some(Arc::new(aggregator));
    }

    /// Lets each layer aggregate by its own aggregator again.
    pub fn clear_model_aggregator(&mut self) {
        self.aggregator = None;
    }

    /// The aggregator of the whole network, if it has one.
    pub fn model_aggregator(&self) -> Option<&dyn Aggregator<T>> {
        self.aggregator.as_deref()
    }

    /// The aggregator of the whole network, to be shared with a copy elsewhere.
    pub(in crate::nn) fn shared_model_aggregator(&self) -> Option<Arc<dyn Aggregator<T>>> {
        self.aggregator.clone()
    }

    /// Draws the parameters of all dense layers anew, layer by layer.
    pub fn initialise<R: Rng + ?Sized>(&mut self, initialiser: &impl Initialise<T>, rng: &mut R) {
        self.linears_mut()
            .for_each(|linear| initialiser.initialise(linear, rng));
    }

    /// The output (N × Q) for a batch (N × P), in buffers of its own.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn apply(&self, x: &DMatrix<T>) -> Result<DMatrix<T>, NetworkError> {
        let mut pass = Pass::new();
        self.forward(x, &mut pass)?;
        Ok(pass.values.pop().unwrap_or_default())
    }

    /// Runs a batch forward and back: returns the mean loss, and leaves outputs and aggregated gradients in `pass`.
    ///
    /// Every layer's gradient is its aggregator's estimate of the mean of the per-sample gradients, or the part for it of the
    /// estimate by [the network's](Self::set_model_aggregator). Layers that are frozen are passed over, and nothing is brought back to where there is nothing to learn.
    /// After the first call with a batch size, nothing is allocated but, for an aggregator of the whole network, a list of its
    /// layers.
    ///
    /// # Errors
    /// [`NetworkError`]: shapes, an empty batch, what the loss refuses, or an aggregator's error with its layer.
    pub fn gradient<L: Loss<T> + ?Sized>(
        &self,
        x: &DMatrix<T>,
        loss: &L,
        targets: &L::Targets,
        pass: &mut Pass<T>,
    ) -> Result<T, NetworkError> {
        self.forward(x, pass)?;
        self.prepare(x.nrows(), pass);
        let Some(output) = pass.values.last() else {
            return Ok(T::ZERO);
        };
        let cotangent = &mut pass.cotangents[self.stages[self.stages.len() - 1].slot];
        let mean = loss.evaluate(output, targets, cotangent, &mut pass.scratch)?;
        self.backward(x, pass)?;
        Ok(mean)
    }
}

impl<T: Real> AsRef<Graph<T>> for Graph<T> {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<T: Real> AsMut<Graph<T>> for Graph<T> {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}
