//! Gradient steps.

use super::error::{NetworkError, ParameterError, ShapeError};
use super::{Pass, Real, Sequential};

/// Gradient descent with a fixed step size: w ← w − α·g.
///
/// Stochastic when the batches are: the aggregated gradient of any batch is at the scale of the mean.
///
/// See [`Sequential`] for an example.
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
        let valid = step_size > T::ZERO && step_size.is_finite();
        ParameterError::check(
            "step size",
            "positive and finite",
            step_size.as_f64(),
            valid,
        )?;
        Ok(Self { step_size })
    }

    /// Takes a step along the gradients that [`Sequential::gradient`] left in `pass`.
    ///
    /// # Errors
    /// [`ShapeError`] if `pass` holds no gradients of this network.
    pub fn step(&self, network: &mut Sequential<T>, pass: &Pass<T>) -> Result<(), NetworkError> {
        let layers = network.linears().count();
        ShapeError::check(
            "gradient step",
            "gradients of dense layers",
            layers,
            pass.gradients().len(),
        )?;
        for (linear, gradient) in network.linears().zip(pass.gradients()) {
            ShapeError::check(
                "gradient step",
                "rows of gW",
                linear.outputs(),
                gradient.weight.nrows(),
            )?;
            ShapeError::check(
                "gradient step",
                "columns of gW",
                linear.inputs(),
                gradient.weight.ncols(),
            )?;
        }
        for (linear, gradient) in network.linears_mut().zip(pass.gradients()) {
            linear.descend(self.step_size, gradient);
        }
        Ok(())
    }
}
