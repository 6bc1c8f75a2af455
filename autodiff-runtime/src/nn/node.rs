//! Operations of the user's: what Chainer calls a `FunctionNode`.

use std::fmt;
use std::sync::Arc;

use nalgebra::{DMatrix, DMatrixView};

use super::Real;
use super::error::{NodeError, ShapeError};
use super::gradients::SampleGradients;
use crate::robust::{Aggregator, Mean};

/// An operation of the user's on a batch, forward and backward.
///
/// A batch is N × P, a row a sample, and the result N × Q. [`forward`](Self::forward) says what
/// [`backward`](Self::backward) will need; everything else is out of its reach, so that the network may reuse the
/// memory. An operation with parameters leaves the N gradients of the samples' *own* losses in a [`SampleGradients`],
/// whole or in factors, and the aggregator of its layer, or of the whole network, makes one of them.
///
/// ```
/// use autodiff_runtime::nalgebra::{DMatrix, DMatrixView};
/// use autodiff_runtime::nn::{Graph, Layer, Node, NodeError, Retain, Retained, SampleGradients, ShapeError};
///
/// /// y = x², entry by entry.
/// #[derive(Clone, Debug)]
/// struct Square;
///
/// impl Node<f64> for Square {
///     fn outputs(&self, inputs: usize) -> Result<usize, ShapeError> {
///         Ok(inputs)
///     }
///
///     fn forward(
///         &self,
///         x: DMatrixView<'_, f64>,
///         y: &mut DMatrix<f64>,
///         retain: &mut Retain<f64>,
///     ) -> Result<(), NodeError> {
///         retain.input();
///         y.zip_apply(&x, |y, x| *y = x * x);
///         Ok(())
///     }
///
///     fn backward(
///         &self,
///         retained: Retained<'_, f64>,
///         gy: DMatrixView<'_, f64>,
///         gx: Option<&mut DMatrix<f64>>,
///         _: Option<&mut SampleGradients<f64>>,
///     ) -> Result<(), NodeError> {
///         if let Some(gx) = gx {
///             gx.zip_zip_apply(&retained.input()?, &gy, |gx, x, gy| *gx = 2.0 * x * gy);
///         }
///         Ok(())
///     }
/// }
///
/// let network = Graph::builder(1).layer("square", Layer::node(Square), ["input"]).build("square")?;
/// assert_eq!(network.apply(&DMatrix::from_element(1, 1, 3.0))?[0], 9.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Node<T: Real>: CloneNode<T> + fmt::Debug + Send + Sync {
    /// Q, the columns of the result for a batch of P = `inputs` columns.
    ///
    /// # Errors
    /// [`ShapeError`] if the operation does not take so many columns.
    fn outputs(&self, inputs: usize) -> Result<usize, ShapeError>;

    /// The parameters, D numbers in an order of the operation's choice.
    fn parameters(&self) -> &[T] {
        &[]
    }

    /// The same numbers, to be changed in place.
    fn parameters_mut(&mut self) -> &mut [T] {
        &mut []
    }

    /// Writes y (N × Q), which has its shape and unspecified contents, for x (N × P), and names in `retain` what
    /// [`backward`](Self::backward) will need.
    ///
    /// # Errors
    /// What the operation cannot do.
    fn forward(
        &self,
        x: DMatrixView<'_, T>,
        y: &mut DMatrix<T>,
        retain: &mut Retain<T>,
    ) -> Result<(), NodeError>;

    /// Brings the cotangents gy (N × Q) back: row i is ∂ℓᵢ/∂yᵢ, of sample i's own loss.
    ///
    /// Writes the cotangents of the input into `gx` (N × P, zero on entry), and the gradients of the N samples into
    /// `parameters`. Either is `None` where nobody asks for it: the layers before have nothing to learn, or this one is
    /// frozen or has no parameters.
    ///
    /// # Errors
    /// What the operation cannot do; [`NodeError::NotRetained`] if it asks for what it did not retain.
    fn backward(
        &self,
        retained: Retained<'_, T>,
        gy: DMatrixView<'_, T>,
        gx: Option<&mut DMatrix<T>>,
        parameters: Option<&mut SampleGradients<T>>,
    ) -> Result<(), NodeError>;
}

/// Cloning of a boxed [`Node`]; every node that is `Clone` has it.
pub trait CloneNode<T: Real> {
    /// A copy in a box of its own.
    fn clone_node(&self) -> Box<dyn Node<T>>;
}

impl<T: Real, N: Node<T> + Clone + 'static> CloneNode<T> for N {
    fn clone_node(&self) -> Box<dyn Node<T>> {
        Box::new(self.clone())
    }
}

/// What the backward pass of a [`Node`] will need.
#[derive(Clone, Debug, Default)]
pub struct Retain<T: Real> {
    input: bool,
    output: bool,
    kept: Vec<DMatrix<T>>,
}

impl<T: Real> Retain<T> {
    /// Forgets everything but the memory.
    pub(super) fn clear(&mut self) {
        (self.input, self.output) = (false, false);
    }

    /// Retains the input x.
    pub fn input(&mut self) {
        self.input = true;
    }

    /// Retains the result y.
    pub fn output(&mut self) {
        self.output = true;
    }

    /// A matrix of the operation's own, number `at`, of this shape and with unspecified contents. Its memory is that of
    /// the pass before.
    pub fn matrix(&mut self, at: usize, rows: usize, columns: usize) -> &mut DMatrix<T> {
        if self.kept.len() <= at {
            self.kept.resize_with(at + 1, DMatrix::default);
        }
        super::reshape(&mut self.kept[at], rows, columns);
        &mut self.kept[at]
    }
}

/// What a [`Node`] retained in its forward pass.
#[derive(Clone, Copy, Debug)]
pub struct Retained<'a, T: Real> {
    pub(super) store: &'a Retain<T>,
    pub(super) input: DMatrixView<'a, T>,
    pub(super) output: DMatrixView<'a, T>,
}

impl<'a, T: Real> Retained<'a, T> {
    /// The input x, N × P.
    ///
    /// # Errors
    /// [`NodeError::NotRetained`] if the forward pass did not call [`Retain::input`].
    pub fn input(&self) -> Result<DMatrixView<'a, T>, NodeError> {
        NodeError::check_retained(self.store.input, "input").map(|()| self.input)
    }

    /// The result y, N × Q.
    ///
    /// # Errors
    /// [`NodeError::NotRetained`] if the forward pass did not call [`Retain::output`].
    pub fn output(&self) -> Result<DMatrixView<'a, T>, NodeError> {
        NodeError::check_retained(self.store.output, "output").map(|()| self.output)
    }

    /// The operation's own matrix number `at`.
    ///
    /// # Errors
    /// [`NodeError::NotRetained`] if the forward pass did not make it by [`Retain::matrix`].
    pub fn matrix(&self, at: usize) -> Result<&'a DMatrix<T>, NodeError> {
        let found = self.store.kept.get(at);
        found.ok_or(NodeError::NotRetained { what: "matrix" })
    }
}

/// A [`Node`] in a network, with the aggregator of its per-sample gradients.
#[derive(Debug)]
pub struct NodeLayer<T: Real> {
    node: Box<dyn Node<T>>,
    aggregator: Arc<dyn Aggregator<T>>,
    frozen: bool,
}

impl<T: Real> Clone for NodeLayer<T> {
    fn clone(&self) -> Self {
        Self {
            node: self.node.clone_node(),
            aggregator: Arc::clone(&self.aggregator),
            frozen: self.frozen,
        }
    }
}

impl<T: Real> NodeLayer<T> {
    /// A layer that does what `node` does and takes the [`Mean`] of its gradients.
    pub fn new(node: impl Node<T> + 'static) -> Self {
        Self {
            node: Box::new(node),
            aggregator: Arc::new(Mean),
            frozen: false,
        }
    }

    /// The same layer with another aggregator.
    #[must_use]
    pub fn aggregated_by(mut self, aggregator: impl Aggregator<T> + 'static) -> Self {
        self.set_aggregator(aggregator);
        self
    }

    /// Exchanges the aggregator.
    pub fn set_aggregator(&mut self, aggregator: impl Aggregator<T> + 'static) {
        self.aggregator = Arc::new(aggregator);
    }

    /// The aggregator of the per-sample gradients.
    pub fn aggregator(&self) -> &dyn Aggregator<T> {
        &*self.aggregator
    }

    /// Freezes the parameters, or lets them learn again, as [`Linear::set_frozen`](super::Linear::set_frozen).
    pub fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Whether the parameters are frozen.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// The operation.
    pub fn node(&self) -> &dyn Node<T> {
        &*self.node
    }

    /// The operation, to be changed.
    pub fn node_mut(&mut self) -> &mut dyn Node<T> {
        &mut *self.node
    }
}
