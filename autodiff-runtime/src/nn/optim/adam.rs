//! Adam.

use super::{Coordinatewise, Optimiser, Update, check_decay, check_step_size, remember};
use crate::nn::error::{NetworkError, ParameterError};
use crate::nn::{Graph, Pass, Real};

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1):
///
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − α · m̂ / (√v̂ + ε)
///
/// with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) at step t, coordinate by coordinate. Usual are α = 0.001, β₁ = 0.9,
/// β₂ = 0.999 and ε = 10⁻⁸.
///
/// A step hardly depends on the scale of the gradients, and yet this is no protection: a gross outlier that gets past the
/// aggregator moves each weight by some (1 − β₁)/√(1 − β₂) ≈ 3 step sizes at once and by ten times that until m has
/// forgotten it, and then little is learnt until v has, which takes thousands of steps.
///
/// ```
/// use autodiff_runtime::nalgebra::dmatrix;
/// use autodiff_runtime::nn::{Activation, Adam, Pass, Sequential, SquaredError};
///
/// let mut network = Sequential::<f64>::dense(&[1, 1], Activation::Relu)?;
/// let (mut adam, mut pass) = (Adam::new(0.05)?, Pass::new());
/// let (x, y) = (dmatrix![0.0; 1.0], dmatrix![1.0; 3.0]);
/// for _ in 0..2000 {
///     network.gradient(&x, &SquaredError, &y, &mut pass)?;
///     adam.step(&mut network, &pass)?;
/// }
/// assert!((network.apply(&dmatrix![2.0])?[0] - 5.0).abs() < 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Adam<T: Real> {
    step_size: T,
    decay: [T; 2],
    epsilon: T,
    /// β₁ᵗ and β₂ᵗ.
    powers: [T; 2],
    first: Vec<T>,
    second: Vec<T>,
}

impl<T: Real> Adam<T> {
    /// Adam with step size α and the usual β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
    ///
    /// # Errors
    /// [`ParameterError`] unless α is positive and finite.
    pub fn new(step_size: T) -> Result<Self, ParameterError> {
        Ok(Self {
            step_size: check_step_size(step_size)?,
            decay: [T::of(0.9), T::of(0.999)],
            epsilon: T::of(1e-8),
            powers: [T::ONE; 2],
            first: Vec::new(),
            second: Vec::new(),
        })
    }

    /// With other decays β₁ and β₂ of the two moments.
    ///
    /// # Errors
    /// [`ParameterError`] unless both are from 0 up and below 1.
    pub fn decays(mut self, first: T, second: T) -> Result<Self, ParameterError> {
        self.decay = [check_decay("β₁", first)?, check_decay("β₂", second)?];
        Ok(self)
    }

    /// With another ε.
    ///
    /// # Errors
    /// [`ParameterError`] unless it is positive and finite.
    pub fn epsilon(mut self, epsilon: T) -> Result<Self, ParameterError> {
        let valid = epsilon > T::ZERO && epsilon.is_finite();
        ParameterError::check("ε", "positive and finite", epsilon.as_f64(), valid)?;
        self.epsilon = epsilon;
        Ok(self)
    }

    /// Changes the step size α; the moments stay.
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
        remember(&mut self.first, network.parameter_count())?;
        remember(&mut self.second, network.parameter_count())?;
        let update = self.update();
        network.update(pass, |at, parameters, gradient| {
            let moments = [&mut self.first[at..], &mut self.second[at..]];
            update.apply(parameters, gradient, moments);
        })?;
        self.advance();
        Ok(())
    }

    /// β₁ᵗ and β₂ᵗ at the next step.
    fn next_powers(&self) -> [T; 2] {
        [0, 1].map(|moment| self.powers[moment] * self.decay[moment])
    }
}

impl<T: Real> Coordinatewise<T> for Adam<T> {
    fn update(&self) -> Update<T> {
        Update::Adam {
            step_size: self.step_size,
            decay: self.decay,
            correction: self.next_powers().map(|power| (T::ONE - power).recip()),
            epsilon: self.epsilon,
        }
    }

    fn advance(&mut self) {
        self.powers = self.next_powers();
    }
}

impl<T: Real> Optimiser<T> for Adam<T> {
    fn step_graph(&mut self, network: &mut Graph<T>, pass: &Pass<T>) -> Result<(), NetworkError> {
        self.step(network, pass)
    }
}
