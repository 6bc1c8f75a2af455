//! Gradient steps.

use super::{Coordinatewise, Momentum, Optimiser, Update, check_step_size};
use crate::nn::error::{NetworkError, ParameterError};
use crate::nn::{Graph, Pass, Real};

/// Gradient descent with a fixed step size: w ← w − α·g.
///
/// Stochastic when the batches are: the aggregated gradient of any batch is at the scale of the mean.
///
/// See [`Sequential`](crate::nn::Sequential) for an example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd<T> {
    step_size: T,
}

impl<T: Real> Sgd<T> {
    /// Descent with step size α.
    ///
    /// # Errors
    /// [`ParameterError`] unless α is positive and finite.
    pub fn new(step_size: T) -> Result<Self, ParameterError> {
        check_step_size(step_size).map(|step_size| Self { step_size })
    }

    /// Descent that keeps a share μ of its last step; see [`Momentum`].
    ///
    /// # Errors
    /// [`ParameterError`] unless 0 ≤ μ < 1.
    pub fn with_momentum(self, momentum: T) -> Result<Momentum<T>, ParameterError> {
        Momentum::new(self.step_size, momentum)
    }

    /// Takes a step along the gradients that [`Graph::gradient`] left in `pass`.
    ///
    /// # Errors
    /// [`NetworkError::Shape`] if `pass` holds no gradients of this network; nothing has moved then.
    pub fn step<N: AsMut<Graph<T>> + ?Sized>(
        &self,
        network: &mut N,
        pass: &Pass<T>,
    ) -> Result<(), NetworkError> {
        let update = self.update();
        network.as_mut().update(pass, |_, parameters, gradient| {
            update.apply(parameters, gradient, Default::default());
        })
    }
}

impl<T: Real> Coordinatewise<T> for Sgd<T> {
    fn update(&self) -> Update<T> {
        let step_size = self.step_size;
        Update::Descent { step_size }
    }
}

impl<T: Real> Optimiser<T> for Sgd<T> {
    fn step_graph(&mut self, network: &mut Graph<T>, pass: &Pass<T>) -> Result<(), NetworkError> {
        self.step(network, pass)
    }
}
