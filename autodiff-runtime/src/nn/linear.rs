//! The dense layer y = x Wᵀ + b.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::error::ShapeError;
use super::{Real, affine};
use crate::robust::{Aggregator, Mean};

/// A dense layer y = x Wᵀ + b with W (Q × P) and b (Q), and the aggregator of its per-sample gradients.
///
/// A batch x is N × P, a row a sample, and y is N × Q. The aggregator decides what becomes of the N gradients gyᵢ xᵢᵀ;
/// by default it is their [`Mean`].
///
/// ```
/// use autodiff_runtime::nn::Linear;
/// use nalgebra::{dmatrix, dvector};
///
/// let layer = Linear::new(dmatrix![1.0, 2.0], dvector![0.5])?;
/// assert_eq!(layer.apply(&dmatrix![1.0, 1.0; 0.0, 3.0])?, dmatrix![3.5; 6.5]);
/// # Ok::<(), autodiff_runtime::nn::ShapeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Linear<T: Real> {
    weight: DMatrix<T>,
    bias: DVector<T>,
    aggregator: Arc<dyn Aggregator<T>>,
    frozen: bool,
}

impl<T: Real> Linear<T> {
    /// The layer of these parameters.
    ///
    /// # Errors
    /// [`ShapeError`] if `bias` does not have a number per row of `weight`.
    pub fn new(weight: DMatrix<T>, bias: DVector<T>) -> Result<Self, ShapeError> {
        ShapeError::check(
            "linear layer",
            "numbers in the bias",
            weight.nrows(),
            bias.len(),
        )?;
        Ok(Self {
            weight,
            bias,
            aggregator: Arc::new(Mean),
            frozen: false,
        })
    }

    /// The layer of all-zero parameters.
    pub fn zeros(inputs: usize, outputs: usize) -> Self {
        let (weight, bias) = (DMatrix::zeros(outputs, inputs), DVector::zeros(outputs));
        Self {
            weight,
            bias,
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

    /// The aggregator, to be shared with a copy of the layer elsewhere.
    pub(super) fn shared_aggregator(&self) -> Arc<dyn Aggregator<T>> {
        Arc::clone(&self.aggregator)
    }

    /// Freezes the parameters, or lets them learn again.
    ///
    /// A frozen layer costs its products alone: its gradient is neither aggregated nor stored, optimisers pass over it,
    /// and no cotangent is brought to it unless layers before it learn.
    pub fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Whether the parameters are frozen.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// P.
    pub fn inputs(&self) -> usize {
        self.weight.ncols()
    }

    /// Q.
    pub fn outputs(&self) -> usize {
        self.weight.nrows()
    }

    /// W, Q × P.
    pub fn weight(&self) -> &DMatrix<T> {
        &self.weight
    }

    /// b, Q numbers.
    pub fn bias(&self) -> &DVector<T> {
        &self.bias
    }

    /// The entries of W (column after column) and of b, to be changed in place.
    pub fn parameters_mut(&mut self) -> (&mut [T], &mut [T]) {
        (self.weight.as_mut_slice(), self.bias.as_mut_slice())
    }

    /// y = x Wᵀ + b for a batch x (N × P).
    ///
    /// # Errors
    /// [`ShapeError`] unless x has P columns.
    pub fn apply(&self, x: &DMatrix<T>) -> Result<DMatrix<T>, ShapeError> {
        ShapeError::check("linear layer", "columns of x", self.inputs(), x.ncols())?;
        let mut y = DMatrix::zeros(x.nrows(), self.outputs());
        let (samples, bias) = (x.nrows(), self.bias.as_slice());
        affine::forward(x.as_slice(), samples, &self.weight, bias, y.as_mut_slice());
        Ok(y)
    }

    /// The cotangent gx = gy W of the layer's input, for gy (N × Q).
    ///
    /// # Errors
    /// [`ShapeError`] unless gy has Q columns.
    pub fn pull_back(&self, gy: &DMatrix<T>) -> Result<DMatrix<T>, ShapeError> {
        ShapeError::check("linear layer", "columns of gy", self.outputs(), gy.ncols())?;
        let mut gx = DMatrix::zeros(gy.nrows(), self.inputs());
        affine::backward(gy.as_slice(), gy.nrows(), &self.weight, gx.as_mut_slice());
        Ok(gx)
    }
}
