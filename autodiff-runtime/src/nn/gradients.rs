//! The gradients of single samples, as a user's operation leaves them.

use nalgebra::DMatrix;

use super::Real;
use super::error::ShapeError;
use super::reshape;
use crate::robust::{DenseGradient, OuterProducts, Part, Rows};

/// Where a [`Node`](super::Node) of D parameters leaves the gradients of the N samples' own losses, in one of three ways.
///
/// | | memory | for |
/// |---|---|---|
/// | [`rows`](Self::rows) | N·D | any operation |
/// | [`outer`](Self::outer) | N·(P + Q) | gradients gyᵢ xᵢᵀ and gyᵢ, as a dense layer has them |
/// | [`aggregated`](Self::aggregated) | D | operations that aggregate by themselves |
///
/// The last of several calls in one pass counts. If none is made, the gradient is zero.
#[derive(Clone, Debug, Default)]
pub struct SampleGradients<T: Real> {
    samples: usize,
    parameters: usize,
    form: Form,
    x: DMatrix<T>,
    gy: DMatrix<T>,
    estimate: Vec<T>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    /// N × D, in `gy`.
    Rows,
    /// gyᵢ xᵢᵀ and gyᵢ.
    Factors,
    #[default]
    Estimate,
}

impl<T: Real> SampleGradients<T> {
    /// Ready for `samples` gradients of `parameters` numbers.
    pub(super) fn prepare(&mut self, samples: usize, parameters: usize) {
        (self.samples, self.parameters) = (samples, parameters);
        self.aggregated().fill(T::ZERO);
    }

    /// N, the number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// D, the number of parameters.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The N × D matrix, zero on entry, whose row i is to be the gradient of sample i's own loss.
    pub fn rows(&mut self) -> &mut DMatrix<T> {
        self.form = Form::Rows;
        reshape(&mut self.gy, self.samples, self.parameters);
        self.gy.fill(T::ZERO);
        &mut self.gy
    }

    /// The factors x (N × `inputs`) and gy (N × `outputs`) of gradients gyᵢ xᵢᵀ, zero on entry.
    ///
    /// The parameters are then a weight matrix of `outputs` × `inputs` numbers, column after column, followed by a bias of
    /// `outputs` numbers.
    ///
    /// # Errors
    /// [`ShapeError`] unless (`inputs` + 1) · `outputs` is the number of parameters.
    pub fn outer(
        &mut self,
        inputs: usize,
        outputs: usize,
    ) -> Result<(&mut DMatrix<T>, &mut DMatrix<T>), ShapeError> {
        let found = (inputs + 1) * outputs;
        ShapeError::check("sample gradients", "parameters", self.parameters, found)?;
        self.form = Form::Factors;
        reshape(&mut self.x, self.samples, inputs);
        reshape(&mut self.gy, self.samples, outputs);
        self.x.fill(T::ZERO);
        self.gy.fill(T::ZERO);
        Ok((&mut self.x, &mut self.gy))
    }

    /// D numbers for a gradient that the operation has aggregated by itself. No aggregator of a layer or of the network
    /// sees the samples then.
    pub fn aggregated(&mut self) -> &mut [T] {
        self.form = Form::Estimate;
        self.estimate.resize(self.parameters, T::ZERO);
        &mut self.estimate
    }

    /// What there is to aggregate into `gradient`, which takes its shape. If the operation has aggregated by itself, its
    /// estimate is there already.
    pub(super) fn part<'a>(
        &'a self,
        gradient: &'a mut DenseGradient<T>,
    ) -> Result<Option<Part<'a, T>>, ShapeError> {
        if self.form == Form::Factors {
            let outer = OuterProducts::new(&self.x, &self.gy)?;
            return Ok(Some(Part::dense(outer, gradient)));
        }
        gradient.reshape(0, 0, self.parameters);
        if self.form == Form::Estimate {
            gradient.bias.copy_from_slice(&self.estimate);
            return Ok(None);
        }
        let rows = Rows::from_columns(self.gy.as_slice(), self.samples, self.parameters)?;
        Ok(Some(Part::rows(rows, gradient.bias.as_mut_slice())))
    }
}
