//! Steps along aggregated gradients.

mod adam;
mod momentum;
mod sgd;
mod update;

use super::error::{NetworkError, ParameterError};
use super::{Graph, Pass, Real};

pub use adam::Adam;
pub use momentum::Momentum;
pub use sgd::Sgd;
pub use update::{Coordinatewise, Update};

/// A rule that moves the parameters of a network along the gradients of a [`Pass`].
///
/// An optimiser with a memory belongs to one network: it remembers a number or two for each parameter.
pub trait Optimiser<T: Real> {
    /// Takes a step along the gradients that [`Graph::gradient`] left in `pass`. Frozen layers stay as they are.
    ///
    /// # Errors
    /// [`NetworkError::Shape`] if `pass` holds no gradients of this network, or the optimiser has the memory of another.
    /// Nothing has moved then.
    fn step_graph(&mut self, network: &mut Graph<T>, pass: &Pass<T>) -> Result<(), NetworkError>;
}

fn check_step_size<T: Real>(step_size: T) -> Result<T, ParameterError> {
    let valid = step_size > T::ZERO && step_size.is_finite();
    let found = step_size.as_f64();
    ParameterError::check("step size", "positive and finite", found, valid).map(|_| step_size)
}

/// A share from 0 up and below 1, such as the part of a memory that stays.
fn check_decay<T: Real>(name: &'static str, decay: T) -> Result<T, ParameterError> {
    let valid = decay >= T::ZERO && decay < T::ONE;
    ParameterError::check(name, "from 0 up and below 1", decay.as_f64(), valid).map(|_| decay)
}

/// Gives an empty memory a place for each parameter; one of another network is an error.
fn remember<T: Real>(memory: &mut Vec<T>, parameters: usize) -> Result<(), NetworkError> {
    use super::error::ShapeError;
    if memory.is_empty() {
        memory.resize(parameters, T::ZERO);
    }
    ShapeError::check(
        "optimiser",
        "parameters in its memory",
        parameters,
        memory.len(),
    )?;
    Ok(())
}
