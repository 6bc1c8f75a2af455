//! Layers one after the other.

use nalgebra::DMatrix;
use rand::Rng;

use super::error::{NetworkError, ShapeError};
use super::loss::Loss;
use super::{Activation, Initialise, Linear, Real, affine};
use crate::robust::{Aggregator, DenseGradient, OuterProducts, Workspace};

/// One stage of a [`Sequential`] network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Layer<T: Real> {
    /// A dense layer.
    Linear(Linear<T>),
    /// A scalar function of every entry.
    Activation(Activation<T>),
}

impl<T: Real> From<Linear<T>> for Layer<T> {
    fn from(linear: Linear<T>) -> Self {
        Self::Linear(linear)
    }
}

impl<T: Real> From<Activation<T>> for Layer<T> {
    fn from(activation: Activation<T>) -> Self {
        Self::Activation(activation)
    }
}

/// A feed-forward network: layers one after the other.
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
    layers: Vec<Layer<T>>,
    inputs: usize,
    outputs: usize,
}

impl<T: Real> Sequential<T> {
    /// The network of these layers.
    ///
    /// # Errors
    /// [`NetworkError::Width`] if a layer does not take what the one before it gives, [`NetworkError::NoSuchLayer`] if
    /// there is no dense layer.
    pub fn new(layers: impl IntoIterator<Item = Layer<T>>) -> Result<Self, NetworkError> {
        let layers: Vec<_> = layers.into_iter().collect();
        let mut widths = None;
        for (at, layer) in layers.iter().enumerate() {
            let Layer::Linear(linear) = layer else {
                continue;
            };
            let (inputs, found) = *widths.get_or_insert((linear.inputs(), linear.inputs()));
            if found != linear.inputs() {
                return Err(NetworkError::Width {
                    layer: at,
                    expected: linear.inputs(),
                    found,
                });
            }
            widths = Some((inputs, linear.outputs()));
        }
        let (inputs, outputs) = widths.ok_or(NetworkError::NoSuchLayer {
            layer: 0,
            layers: 0,
        })?;
        Ok(Self {
            layers,
            inputs,
            outputs,
        })
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
        self.inputs
    }

    /// Columns of the output.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The layers in order.
    pub fn layers(&self) -> &[Layer<T>] {
        &self.layers
    }

    /// The dense layers in order.
    pub fn linears(&self) -> impl Iterator<Item = &Linear<T>> {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::Linear(linear) => Some(linear),
            Layer::Activation(_) => None,
        })
    }

    /// The dense layers in order, to be changed.
    pub fn linears_mut(&mut self) -> impl Iterator<Item = &mut Linear<T>> {
        self.layers.iter_mut().filter_map(|layer| match layer {
            Layer::Linear(linear) => Some(linear),
            Layer::Activation(_) => None,
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

    /// Gives every dense layer the same aggregator.
    #[must_use]
    pub fn aggregated_by(mut self, aggregator: impl Aggregator<T> + Clone + 'static) -> Self {
        self.linears_mut()
            .for_each(|linear| linear.set_aggregator(aggregator.clone()));
        self
    }

    /// Draws all parameters anew, layer by layer.
    pub fn initialise<R: Rng + ?Sized>(&mut self, initialiser: &impl Initialise<T>, rng: &mut R) {
        self.linears_mut()
            .for_each(|linear| initialiser.initialise(linear, rng));
    }

    /// The output (N × Q) for a batch (N × P), in buffers of its own.
    ///
    /// # Errors
    /// [`ShapeError`] unless `x` has a column per input.
    pub fn apply(&self, x: &DMatrix<T>) -> Result<DMatrix<T>, ShapeError> {
        let mut pass = Pass::new();
        self.forward(x, &mut pass)?;
        Ok(pass.values.pop().unwrap_or_default())
    }

    /// The output (N × Q) for a batch (N × P), in the buffers of `pass`.
    ///
    /// # Errors
    /// [`ShapeError`] unless `x` has a column per input.
    pub fn forward<'p>(
        &self,
        x: &DMatrix<T>,
        pass: &'p mut Pass<T>,
    ) -> Result<&'p DMatrix<T>, ShapeError> {
        ShapeError::check("network", "columns of x", self.inputs, x.ncols())?;
        pass.values.resize_with(self.layers.len(), DMatrix::default);
        for (at, layer) in self.layers.iter().enumerate() {
            let (before, rest) = pass.values.split_at_mut(at);
            let (input, output) = (before.last().unwrap_or(x), &mut rest[0]);
            match layer {
                Layer::Linear(linear) => {
                    reshape(output, x.nrows(), linear.outputs());
                    affine::forward(input, linear.weight(), linear.bias().as_slice(), output);
                }
                Layer::Activation(activation) => {
                    reshape(output, x.nrows(), input.ncols());
                    activation.forward(input.as_slice(), output.as_mut_slice());
                }
            }
        }
        Ok(&pass.values[self.layers.len() - 1])
    }

    /// Runs a batch forward and back: returns the mean loss, and leaves outputs and aggregated gradients in `pass`.
    ///
    /// Every dense layer's gradient is its aggregator's estimate of the mean of the per-sample gradients.
    /// After the first call with a batch size, nothing is allocated.
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
        let dense = self.linears().count();
        pass.cotangents.resize_with(dense, DMatrix::default);
        pass.gradients.resize_with(dense, DenseGradient::default);
        let output = &pass.values[self.layers.len() - 1];
        let cotangent = &mut pass.cotangents[dense - 1];
        reshape(cotangent, output.nrows(), output.ncols());
        let mean = loss.evaluate(output, targets, cotangent, &mut pass.scratch)?;
        self.backward(x, pass)?;
        Ok(mean)
    }

    /// Brings the cotangent of the output back through all layers, aggregating on the way.
    fn backward(&self, x: &DMatrix<T>, pass: &mut Pass<T>) -> Result<(), NetworkError> {
        let mut dense = self.linears().count();
        for (at, layer) in self.layers.iter().enumerate().rev() {
            let input = at.checked_sub(1).map_or(x, |before| &pass.values[before]);
            match layer {
                Layer::Linear(linear) => {
                    dense -= 1;
                    let (before, rest) = pass.cotangents.split_at_mut(dense);
                    let outer = OuterProducts::new(input, &rest[0])?;
                    linear
                        .aggregator()
                        .aggregate_outer(outer, &mut pass.gradients[dense], &mut pass.work)
                        .map_err(|source| NetworkError::Aggregate {
                            layer: dense,
                            source,
                        })?;
                    // Nobody asks for the cotangent of the batch itself.
                    if let Some(cotangent) = before.last_mut() {
                        reshape(cotangent, x.nrows(), linear.inputs());
                        affine::backward(&rest[0], linear.weight(), cotangent);
                    }
                }
                Layer::Activation(activation) => {
                    // In place: what was the cotangent of its output becomes that of its input.
                    let Some(cotangent) = dense.checked_sub(1).map(|at| &mut pass.cotangents[at])
                    else {
                        break;
                    };
                    let output = pass.values[at].as_slice();
                    activation.backward(input.as_slice(), output, cotangent.as_mut_slice());
                }
            }
        }
        Ok(())
    }
}

/// The buffers of a pass through a network: values of all layers, cotangents, gradients.
///
/// They take their sizes from the first use and are reused after that.
#[derive(Clone, Debug, Default)]
pub struct Pass<T: Real> {
    /// The output of every layer.
    values: Vec<DMatrix<T>>,
    /// The cotangent of every dense layer's output.
    cotangents: Vec<DMatrix<T>>,
    gradients: Vec<DenseGradient<T>>,
    scratch: Vec<T>,
    work: Workspace<T>,
}

impl<T: Real> Pass<T> {
    /// Empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The aggregated gradients of the dense layers, in order, from the last [`Sequential::gradient`].
    pub fn gradients(&self) -> &[DenseGradient<T>] {
        &self.gradients
    }

    /// The output (N × Q) of the last pass, if there was one.
    pub fn output(&self) -> Option<&DMatrix<T>> {
        self.values.last()
    }
}

/// Gives a buffer a shape, with contents to be overwritten.
fn reshape<T: Real>(buffer: &mut DMatrix<T>, rows: usize, columns: usize) {
    if buffer.shape() != (rows, columns) {
        buffer.resize_mut(rows, columns, T::ZERO);
    }
}
