//! The arguments of one call, and floats out of its results.

use std::hint::black_box;

use crate::flat::Flat;

/// An active argument with its tangent and its shadow.
pub struct Argument<T> {
    /// What the function gets.
    pub value: T,
    /// Direction, for the forward modes.
    pub tangent: T,
    /// Adjoint, for the reverse modes.
    pub shadow: T,
}

impl<T: Flat> Argument<T> {
    /// An argument shaped like `shape` with the next floats, hidden from the optimiser: LLVM folds
    /// calls of libm on constants with other last bits than the library gives.
    pub fn at(shape: &T, floats: &mut impl Iterator<Item = f64>) -> Self {
        let zero = || shape.rebuilt(&mut std::iter::repeat(0.0));
        let value = shape.rebuilt(&mut floats.map(black_box));
        Self {
            value,
            tangent: zero(),
            shadow: zero(),
        }
    }

    /// The same with the next floats as tangent.
    #[must_use]
    pub fn along(self, floats: &mut impl Iterator<Item = f64>) -> Self {
        Self {
            tangent: self.tangent.rebuilt(floats),
            ..self
        }
    }

    /// The same with the next floats as shadow.
    #[must_use]
    pub fn shadowed(self, floats: &mut impl Iterator<Item = f64>) -> Self {
        Self {
            shadow: self.shadow.rebuilt(floats),
            ..self
        }
    }
}

/// A copy to hand over by value.
pub fn own<T: Clone>(value: &T) -> T {
    value.clone()
}

/// The floats of `parts`, one after the other.
pub fn output<T: Flat>(returned: &T, finals: &[Vec<f64>]) -> Vec<f64> {
    let mut out = returned.to_floats();
    out.extend(finals.iter().flatten());
    out
}

/// Precision of the floats of `value`.
pub fn epsilon<T: Flat>(_: &T) -> f64 {
    T::EPSILON
}

/// The largest epsilon.
pub fn coarsest(epsilons: &[f64]) -> f64 {
    epsilons.iter().copied().fold(f64::EPSILON, f64::max)
}
