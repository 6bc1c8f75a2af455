//! Layers one after the other.

use nalgebra::DMatrix;
use rand::Rng;

use super::error::NetworkError;
use super::loss::Loss;
use super::{Activation, Graph, Initialise, Layer, Linear, Pass, Real};
use crate::robust::Aggregator;

/// A feed-forward network: layers one after the other. It is a [`Graph`] without skips, and is one
/// [by reference](AsRef) or [by value](From).
///
/// A batch is N × P, a row a sample. [`gradient`](Self::gradient) runs a batch forward, takes the loss and brings the
/// cotangents of every sample's own loss back; each dense layer's [`Aggregator`] then makes one step of the N
/// per-sample gradients. With the default aggregator that is the gradient of the mean loss.
///
/// ```
/// use autodiff_runtime::nn::{Activation, Pass, Sequential, Sgd, SoftmaxCrossEntropy, Uniform};
/// use autodiff_runtime::robust::MedianOfMeans;
/// use nalgebra::dmatrix;
/// use rand_pcg::{Pcg64, rand_core::SeedableRng};
///
/// // Exclusive or, which a network without a hidden layer cannot learn.
/// let x = dmatrix![0.0, 0.0; 0.0, 1.0; 1.0, 0.0; 1.0, 1.0];
/// let labels = [0, 1, 1, 0];
///
/// let mut network = Sequential::dense(&[2, 8, 2], Activation::Tanh)?;
/// network.initialise(&Uniform::new(1.0)?, &mut Pcg64::seed_from_u64(7));
/// network.linear_mut(0)?.set_aggregator(MedianOfMeans::new(2)?);
///
/// let (sgd, mut pass) = (Sgd::new(0.5)?, Pass::new());
/// for _ in 0..2000 {
///     network.gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)?;
///     sgd.step(&mut network, &pass)?;
/// }
/// let outputs = network.apply(&x)?;
/// assert!((0..4).all(|i| outputs.row(i).transpose().argmax().0 == labels[i]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sequential<T: Real> {
    graph: Graph<T>,
}

impl<T: Real> Sequential<T> {
    /// The network of these layers, named `"0"`, `"1"`, …. The batch has the width of the first dense layer.
    ///
    /// # Errors
    /// [`NetworkError::Width`] if a layer does not take what the one before it gives, [`NetworkError::NoSuchLayer`] if
    /// there is no dense layer.
    pub fn new(layers: impl IntoIterator<Item = Layer<T>>) -> Result<Self, NetworkError> {
        let layers: Vec<_> = layers.into_iter().collect();
        let first = layers.iter().find_map(|layer| match layer {
            Layer::Linear(linear) => Some(linear.inputs()),
            _ => None,
        });
        let inputs = first.ok_or(NetworkError::NoSuchLayer {
            layer: 0,
            layers: 0,
        })?;
        Self::with_inputs(inputs, layers)
    }

    /// As [`new`](Self::new), for batches of so many columns. There need not be a dense layer.
    ///
    /// # Errors
    /// [`NetworkError::Width`] if a layer does not take what the one before it gives, [`NetworkError::NoSuchLayer`] if
    /// there is no layer, [`NetworkError::Shape`] if an operation of the user's does not take its input.
    pub fn with_inputs(
        inputs: usize,
        layers: impl IntoIterator<Item = Layer<T>>,
    ) -> Result<Self, NetworkError> {
        let (mut width, mut last) = (inputs, Graph::<T>::INPUT.to_owned());
        let mut builder = Graph::builder(inputs);
        for (at, layer) in layers.into_iter().enumerate() {
            if let Layer::Linear(linear) = &layer
                && linear.inputs() != width
            {
                return Err(NetworkError::Width {
                    layer: at,
                    expected: linear.inputs(),
                    found: width,
                });
            }
            width = layer.outputs(&[width])?;
            let source = std::mem::replace(&mut last, at.to_string());
            builder = builder.layer(last.as_str(), layer, [source]);
        }
        if last == Graph::<T>::INPUT {
            return Err(NetworkError::NoSuchLayer {
                layer: 0,
                layers: 0,
            });
        }
        let graph = builder.build(&last)?;
        Ok(Self { graph })
    }

    /// Dense layers of these widths, inputs first, with `activation` between them; all parameters zero.
    ///
    /// # Errors
    /// [`NetworkError::NoSuchLayer`] for fewer than two widths.
    pub fn dense(widths: &[usize], activation: Activation<T>) -> Result<Self, NetworkError> {
        let mut layers: Vec<Layer<T>> = Vec::new();
        for pair in widths.windows(2) {
            if !layers.is_empty() {
                layers.push(activation.clone().into());
            }
            layers.push(Linear::zeros(pair[0], pair[1]).into());
        }
        Self::new(layers)
    }

    /// Columns of a batch.
    pub fn inputs(&self) -> usize {
        self.graph.inputs()
    }

    /// Columns of the output.
    pub fn outputs(&self) -> usize {
        self.graph.outputs()
    }

    /// The layers in order.
    pub fn layers(&self) -> impl Iterator<Item = &Layer<T>> {
        self.graph.layers().map(|(_, layer)| layer)
    }

    /// The dense layers in order.
    pub fn linears(&self) -> impl Iterator<Item = &Linear<T>> {
        self.graph.linears()
    }

    /// The dense layers in order, to be changed.
    pub fn linears_mut(&mut self) -> impl Iterator<Item = &mut Linear<T>> {
        self.graph.linears_mut()
    }

    /// Dense layer `layer`, counted from 0 over dense layers.
    ///
    /// # Errors
    /// [`NetworkError::NoSuchLayer`] if there are not so many.
    pub fn linear_mut(&mut self, layer: usize) -> Result<&mut Linear<T>, NetworkError> {
        self.graph.linear_mut(layer)
    }

    /// Gives every layer with parameters the same aggregator, each on its own.
    #[must_use]
    pub fn aggregated_by(mut self, aggregator: impl Aggregator<T> + Clone + 'static) -> Self {
        self.graph.set_aggregators(aggregator);
        self
    }

    /// Aggregates the gradients of all layers as one vector a sample, whatever the layers' own aggregators; see
    /// [`Graph::set_model_aggregator`].
    #[must_use]
    pub fn aggregated_as_one_by(mut self, aggregator: impl Aggregator<T> + 'static) -> Self {
        self.graph.set_model_aggregator(aggregator);
        self
    }

    /// Draws all parameters of dense layers anew, layer by layer.
    pub fn initialise<R: Rng + ?Sized>(&mut self, initialiser: &impl Initialise<T>, rng: &mut R) {
        self.graph.initialise(initialiser, rng);
    }

    /// The output (N × Q) for a batch (N × P), in buffers of its own.
    ///
    /// # Errors
    /// As [`Graph::forward`].
    pub fn apply(&self, x: &DMatrix<T>) -> Result<DMatrix<T>, NetworkError> {
        self.graph.apply(x)
    }

    /// The output (N × Q) for a batch (N × P), in the buffers of `pass`.
    ///
    /// # Errors
    /// As [`Graph::forward`].
    pub fn forward<'p>(
        &self,
        x: &DMatrix<T>,
        pass: &'p mut Pass<T>,
    ) -> Result<&'p DMatrix<T>, NetworkError> {
        self.graph.forward(x, pass)
    }

    /// Runs a batch forward and back: returns the mean loss, and leaves outputs and aggregated gradients in `pass`; see
    /// [`Graph::gradient`].
    ///
    /// # Errors
    /// As [`Graph::gradient`].
    pub fn gradient<L: Loss<T> + ?Sized>(
        &self,
        x: &DMatrix<T>,
        loss: &L,
        targets: &L::Targets,
        pass: &mut Pass<T>,
    ) -> Result<T, NetworkError> {
        self.graph.gradient(x, loss, targets, pass)
    }
}

impl<T: Real> AsRef<Graph<T>> for Sequential<T> {
    fn as_ref(&self) -> &Graph<T> {
        &self.graph
    }
}

impl<T: Real> AsMut<Graph<T>> for Sequential<T> {
    fn as_mut(&mut self) -> &mut Graph<T> {
        &mut self.graph
    }
}

impl<T: Real> From<Sequential<T>> for Graph<T> {
    fn from(network: Sequential<T>) -> Self {
        network.graph
    }
}
