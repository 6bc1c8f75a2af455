//! Gradient steps with momentum.

use super::{Coordinatewise, Optimiser, Update, check_decay, check_step_size, remember};
use crate::nn::error::{NetworkError, ParameterError};
use crate::nn::{Graph, Pass, Real};

/// The heavy ball: v ← μ·v + g, w ← w − α·v (Polyak, "Some methods of speeding up the convergence of iteration methods",
/// 1964, in the scaling that PyTorch uses).
///
/// On a constant gradient a step tends to α·g/(1 − μ). What is remembered are aggregated gradients, so that a robust
/// aggregator protects the memory too.
///
/// ```
/// use autodiff_runtime::nalgebra::dmatrix;
/// use autodiff_runtime::nn::{Activation, Pass, Sequential, Sgd, SquaredError};
///
/// let mut network = Sequential::<f64>::dense(&[1, 1], Activation::Relu)?;
/// let mut descent = Sgd::new(0.1)?.with_momentum(0.9)?;
/// let mut pass = Pass::new();
/// let (x, y) = (dmatrix![0.0; 1.0], dmatrix![1.0; 3.0]);
/// for _ in 0..500 {
///     network.gradient(&x, &SquaredError, &y, &mut pass)?;
///     descent.step(&mut network, &pass)?;
/// }
/// assert!((network.apply(&dmatrix![2.0])?[0] - 5.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Momentum<T: Real> {
    step_size: T,
    momentum: T,
    velocity: Vec<T>,
}

impl<T: Real> Momentum<T> {
    /// Descent with step size α and momentum μ.
    ///
    /// # Errors
    /// [`ParameterError`] unless α is positive and finite and 0 ≤ μ < 1.
    pub fn new(step_size: T, momentum: T) -> Result<Self, ParameterError> {
        Ok(Self {
            step_size: check_step_size(step_size)?,
            momentum: check_decay("momentum", momentum)?,
            velocity: Vec::new(),
        })
    }

    /// Changes the step size α; the velocity stays.
    ///
    /// # Errors
    /// [`ParameterError`] unless α is positive and finite.
    pub fn set_step_size(&mut self, step_size: T) -> Result<(), ParameterError> {
        self.step_size = check_step_size(step_size)?;
        Ok(())
    }

    /// Takes a step along the gradients that [`Graph::gradient`] left in `pass`.
    ///
    /// # Errors
    /// As [`Optimiser::step_graph`].
    pub fn step<N: AsMut<Graph<T>> + ?Sized>(
        &mut self,
        network: &mut N,
        pass: &Pass<T>,
    ) -> Result<(), NetworkError> {
        let network = network.as_mut();
        remember(&mut self.velocity, network.parameter_count())?;
        let update = self.update();
        network.update(pass, |first, parameters, gradient| {
            let velocity = &mut self.velocity[first..];
            update.apply(parameters, gradient, [velocity, &mut []]);
        })
    }
}

impl<T: Real> Coordinatewise<T> for Momentum<T> {
    fn update(&self) -> Update<T> {
        Update::HeavyBall {
            step_size: self.step_size,
            momentum: self.momentum,
        }
    }
}

impl<T: Real> Optimiser<T> for Momentum<T> {
    fn step_graph(&mut self, network: &mut Graph<T>, pass: &Pass<T>) -> Result<(), NetworkError> {
        self.step(network, pass)
    }
}
