//! A batch through the stages, from the first to the last.

use nalgebra::{DMatrix, DMatrixView};

use super::Graph;
use super::stage::Stage;
use crate::nn::error::{NetworkError, ShapeError};
use crate::nn::{Layer, Pass, Real, affine, reshape};

impl<T: Real> Graph<T> {
    /// The output (N × Q) for a batch (N × P), in the buffers of `pass`.
    ///
    /// # Errors
    /// [`NetworkError::Shape`] unless `x` has a column per input, [`NetworkError::Node`] if an operation of the user's
    /// fails.
    pub fn forward<'p>(
        &self,
        x: &DMatrix<T>,
        pass: &'p mut Pass<T>,
    ) -> Result<&'p DMatrix<T>, NetworkError> {
        ShapeError::check("network", "columns of x", self.inputs, x.ncols())?;
        let stages = self.stages.len();
        pass.values.resize_with(stages, DMatrix::default);
        pass.assembled.resize_with(stages, DMatrix::default);
        pass.retained.resize_with(stages, Default::default);
        for (at, stage) in self.stages.iter().enumerate() {
            let (before, rest) = pass.values.split_at_mut(at);
            let input = stage.assemble(x, before, &mut pass.assembled[at]);
            let output = &mut rest[0];
            reshape(output, x.nrows(), stage.outputs);
            stage.forward(input, output, &mut pass.retained[at])?;
        }
        Ok(&pass.values[stages - 1])
    }
}

impl<T: Real> Stage<T> {
    fn forward(
        &self,
        input: &[T],
        output: &mut DMatrix<T>,
        retain: &mut crate::nn::Retain<T>,
    ) -> Result<(), NetworkError> {
        let samples = output.nrows();
        match &self.layer {
            Layer::Linear(linear) => {
                ShapeError::check("linear layer", "inputs", self.inputs, linear.inputs())?;
                ShapeError::check("linear layer", "outputs", self.outputs, linear.outputs())?;
                let bias = linear.bias().as_slice();
                affine::forward(input, samples, linear.weight(), bias, output.as_mut_slice());
            }
            Layer::Activation(activation) => activation.forward(input, output.as_mut_slice()),
            Layer::Sum => {
                let terms = output.len();
                let (first, others) = input.split_at(terms);
                output.as_mut_slice().copy_from_slice(first);
                for other in others.chunks(terms.max(1)) {
                    for (sum, &term) in output.as_mut_slice().iter_mut().zip(other) {
                        *sum += term;
                    }
                }
            }
            Layer::Node(layer) => {
                retain.clear();
                let x = DMatrixView::from_slice(input, samples, self.inputs);
                let done = layer.node().forward(x, output, retain);
                done.map_err(|source| self.failed(source))?;
                self.check_output(output, samples)?;
            }
        }
        Ok(())
    }

    /// An operation may not have left the result in another shape.
    fn check_output(&self, output: &DMatrix<T>, samples: usize) -> Result<(), NetworkError> {
        let check = |what, expected, found| {
            ShapeError::check("user's operation", what, expected, found)
                .map_err(|error| self.failed(error.into()))
        };
        check("rows of y", samples, output.nrows())?;
        check("columns of y", self.outputs, output.ncols())
    }

    pub(super) fn failed(&self, source: crate::nn::NodeError) -> NetworkError {
        NetworkError::Node {
            layer: self.name.clone(),
            source,
        }
    }
}
