//! All parameters of a network beside their gradients.

use super::Graph;
use super::stage::Stage;
use crate::nn::error::{NetworkError, ShapeError};
use crate::nn::{Layer, Pass, Real};
use crate::robust::DenseGradient;

impl<T: Real> Graph<T> {
    /// How many weights and biases there are, frozen ones included.
    pub fn parameter_count(&self) -> usize {
        self.stages
            .iter()
            .map(|stage| stage.layer.parameters())
            .sum()
    }

    /// Calls `update(first, parameters, gradient)` with every block of parameters that learn and its gradient of the last
    /// [`gradient`](Self::gradient). `first` is the place of the block among all parameters of the network.
    ///
    /// This is what an optimiser of one's own needs. Blocks come in the order of computation, the weights of a dense layer
    /// column by column and then its bias.
    ///
    /// # Errors
    /// [`NetworkError::Shape`] if `pass` holds no gradients of this network; nothing has been called then.
    pub fn update(
        &mut self,
        pass: &Pass<T>,
        mut update: impl FnMut(usize, &mut [T], &[T]),
    ) -> Result<(), NetworkError> {
        let gradients = self
            .stages
            .iter()
            .filter(|stage| stage.gradient.is_some())
            .count();
        ShapeError::check(
            "gradient step",
            "gradients of layers",
            gradients,
            pass.gradients().len(),
        )?;
        for (stage, gradient) in learning(&self.stages, pass) {
            stage.check_gradient(gradient)?;
        }
        let mut next = 0;
        for stage in &mut self.stages {
            let first = next;
            next += stage.layer.parameters();
            let place = stage.gradient.filter(|_| stage.layer.learns());
            let Some(gradient) = place.map(|at| &pass.gradients()[at]) else {
                continue;
            };
            let (weight, bias) = match &mut stage.layer {
                Layer::Linear(linear) => linear.parameters_mut(),
                Layer::Node(layer) => {
                    let parameters = layer.node_mut().parameters_mut();
                    let weights = gradient.weight.len().min(parameters.len());
                    parameters.split_at_mut(weights)
                }
                Layer::Activation(_) | Layer::Sum => continue,
            };
            let weights = weight.len();
            update(first, weight, gradient.weight.as_slice());
            update(first + weights, bias, gradient.bias.as_slice());
        }
        Ok(())
    }
}

fn learning<'a, T: Real>(
    stages: &'a [Stage<T>],
    pass: &'a Pass<T>,
) -> impl Iterator<Item = (&'a Stage<T>, &'a DenseGradient<T>)> {
    stages
        .iter()
        .filter(|stage| stage.layer.learns())
        .filter_map(|stage| stage.gradient.map(|at| (stage, &pass.gradients()[at])))
}

impl<T: Real> Stage<T> {
    fn check_gradient(&self, gradient: &DenseGradient<T>) -> Result<(), ShapeError> {
        if let Layer::Linear(linear) = &self.layer {
            let (rows, columns) = gradient.weight.shape();
            ShapeError::check("gradient step", "rows of gW", linear.outputs(), rows)?;
            ShapeError::check("gradient step", "columns of gW", linear.inputs(), columns)?;
        }
        let found = gradient.weight.len() + gradient.bias.len();
        ShapeError::check(
            "gradient step",
            "numbers in the gradient",
            self.layer.parameters(),
            found,
        )
    }
}
