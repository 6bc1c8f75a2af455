//! Jacobians of layered functions f = f_K ∘ … ∘ f₁ (section 1.2 of M. J. Holland's tutorial "Robust gradient descent via
//! back-propagation").
//!
//! By the chain rule the Jacobian of f at x is the product J = J_K ⋯ J₁, J_k the Jacobian of f_k at u_k−1 = f_k−1(⋯ f₁(x)).
//! A matrix product may be bracketed as one likes: the result is the same, the work is not.
//!
//! | bracketing | product | this is |
//! |---|---|---|
//! | [`Bracketing::forward`] | J_K (⋯ (J₃ (J₂ J₁))) | forward mode: one column for each input |
//! | [`Bracketing::reverse`] | (((J_K J_K−1) J_K−2) ⋯) J₁ | reverse mode: one row for each output |
//! | [`Bracketing::optimal`] | whatever is least | neither, where a layer in the middle is narrow |
//!
//! ```
//! use autodiff_runtime::differentiate;
//! use autodiff_runtime::layered::{Bracketing, Layered};
//! use autodiff_runtime::nalgebra::DMatrix;
//!
//! #[differentiate]
//! fn mean(x: &[f64]) -> [f64; 1] {
//!     let mut sum = 0.0;
//!     for i in 0..x.len() {
//!         sum += x[i];
//!     }
//!     [sum / x.len() as f64]
//! }
//!
//! #[differentiate]
//! fn powers(u: &[f64]) -> [f64; 4] {
//!     [u[0], u[0].powi(2), u[0].powi(3), u[0].powi(4)]
//! }
//!
//! // Four numbers, their mean, four powers of the mean.
//! let f = Layered::new(|x: &[f64]| (mean(x).to_vec(), mean_jacobian(x)))
//!     .then(|u: &[f64]| (powers(u).to_vec(), powers_jacobian(u)))
//!     .then(|v: &[f64]| (v.iter().map(|v| 2.0 * v).collect(), DMatrix::identity(4, 4) * 2.0));
//! let at = f.at(&[1.0, 2.0, 3.0, 6.0])?;
//!
//! assert_eq!(at.value(), [6.0, 18.0, 54.0, 162.0]);
//! assert_eq!(at.forward(), at.reverse());
//! assert_eq!(at.forward()[(2, 0)], 2.0 * 3.0 * 9.0 / 4.0);
//!
//! // Through the narrow middle it is cheapest to come from both sides.
//! let widths = at.widths();
//! let cost = |bracketing: Bracketing| bracketing.cost(&widths);
//! assert_eq!(widths, [4, 1, 4, 4]);
//! assert_eq!(cost(Bracketing::forward(3)), 4 * 1 * 4 + 4 * 4 * 4);
//! assert_eq!(cost(Bracketing::reverse(3)), 4 * 4 * 1 + 4 * 1 * 4);
//! assert_eq!(Bracketing::optimal(&widths).to_string(), "(J₃·J₂)·J₁");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Why a vector must not be bundled
//!
//! The rules of forward mode are written for numbers: with x̂ = 1 for the one input, û_k = f_k′(u_k−1)·û_k−1 is df/dx. It is
//! tempting to read the same lines with vectors, one bundle û of all inputs at once, seeded with ones, and to let each
//! layer multiply or add what it is used to. What comes out is a vector of the right length and the wrong numbers. A sweep
//! carries *one* direction, and one seeded with ones carries the sum of all: J·(1, …, 1)ᵀ has the sum of each row of J in
//! place of the row. Effects of different inputs cancel or add, and cannot be told apart afterwards. There must be a sweep
//! for each input (forward), or for each output (reverse), or whole Jacobians that are multiplied as matrices, as here.
//!
//! ```
//! use autodiff_runtime::differentiate;
//! use autodiff_runtime::nalgebra::{self, dmatrix};
//!
//! #[differentiate]
//! fn difference(x: &[f64; 2]) -> f64 {
//!     x[0] - x[1]
//! }
//!
//! // The bundle says that nothing depends on anything …
//! assert_eq!(difference_jvp(&[3.0, 1.0], &[1.0, 1.0]).1, 0.0);
//! // … where one direction at a time says what does.
//! let by_x0 = difference_jvp(&[3.0, 1.0], &[1.0, 0.0]).1;
//! let by_x1 = difference_jvp(&[3.0, 1.0], &[0.0, 1.0]).1;
//! assert_eq!([by_x0, by_x1], [1.0, -1.0]);
//! assert_eq!(difference_grad(&[3.0, 1.0]), [1.0, -1.0]);
//! ```
//!
//! Several directions may well travel together, if each keeps to itself: that is a [`DualVec`](crate::DualVec).

mod bracketing;

use std::fmt;

use nalgebra::DMatrix;

use crate::real::Real;
use crate::robust::ShapeError;

pub use bracketing::Bracketing;

/// The value of a layer and its Jacobian, from its input.
type Layer<'f, T> = Box<dyn Fn(&[T]) -> (Vec<T>, DMatrix<T>) + 'f>;

/// A function f_K ∘ … ∘ f₁, each layer given with its Jacobian. See the [module](self) for an example.
pub struct Layered<'f, T> {
    layers: Vec<Layer<'f, T>>,
}

impl<'f, T: Real> Layered<'f, T> {
    /// The function f₁, given as value and Jacobian: outputs as rows, inputs as columns, as in the `f_jacobian` that
    /// `#[differentiate]` writes.
    pub fn new(first: impl Fn(&[T]) -> (Vec<T>, DMatrix<T>) + 'f) -> Self {
        Self {
            layers: vec![Box::new(first)],
        }
    }

    /// The function `next` ∘ `self`.
    #[must_use]
    pub fn then(mut self, next: impl Fn(&[T]) -> (Vec<T>, DMatrix<T>) + 'f) -> Self {
        self.layers.push(Box::new(next));
        self
    }

    /// Value and Jacobians at `x`.
    ///
    /// # Errors
    /// [`ShapeError`] if the Jacobian of a layer has not a column for each of its inputs and a row for each output.
    pub fn at(&self, x: &[T]) -> Result<Chain<T>, ShapeError> {
        let mut value = x.to_vec();
        let mut jacobians = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (output, jacobian) = layer(&value);
            ShapeError::check(
                "layer",
                "columns of its Jacobian",
                value.len(),
                jacobian.ncols(),
            )?;
            ShapeError::check(
                "layer",
                "rows of its Jacobian",
                output.len(),
                jacobian.nrows(),
            )?;
            jacobians.push(jacobian);
            value = output;
        }
        Ok(Chain { value, jacobians })
    }
}

impl<T> fmt::Debug for Layered<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layered({} layers)", self.layers.len())
    }
}

/// The value f(x) of a [`Layered`] function and the Jacobians J₁, …, J_K of its layers on the way there.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain<T: Real> {
    value: Vec<T>,
    jacobians: Vec<DMatrix<T>>,
}

impl<T: Real> Chain<T> {
    /// f(x).
    pub fn value(&self) -> &[T] {
        &self.value
    }

    /// J₁, …, J_K.
    pub fn jacobians(&self) -> &[DMatrix<T>] {
        &self.jacobians
    }

    /// The widths n₀, …, n_K: J_k is n_k × n_k−1.
    pub fn widths(&self) -> Vec<usize> {
        let inputs = self.jacobians.iter().take(1).map(DMatrix::ncols);
        inputs
            .chain(self.jacobians.iter().map(DMatrix::nrows))
            .collect()
    }

    /// The Jacobian of f in forward mode, column by column: J_K (⋯ (J₂ J₁)).
    pub fn forward(&self) -> DMatrix<T> {
        self.multiply(&Bracketing::forward(self.jacobians.len()))
    }

    /// The Jacobian of f in reverse mode, row by row: ((J_K J_K−1) ⋯) J₁.
    pub fn reverse(&self) -> DMatrix<T> {
        self.multiply(&Bracketing::reverse(self.jacobians.len()))
    }

    /// The Jacobian of f with the least number of multiplications.
    pub fn optimal(&self) -> DMatrix<T> {
        self.multiply(&Bracketing::optimal(&self.widths()))
    }

    /// The Jacobian of f by a bracketing of one's own.
    ///
    /// # Errors
    /// [`ShapeError`] if the bracketing is not of K factors.
    pub fn product(&self, bracketing: &Bracketing) -> Result<DMatrix<T>, ShapeError> {
        let factors = self.jacobians.len();
        ShapeError::check("bracketing", "factors", factors, bracketing.factors())?;
        Ok(self.multiply(bracketing))
    }

    fn multiply(&self, bracketing: &Bracketing) -> DMatrix<T> {
        bracketing.fold(&|k| self.jacobians[k].clone(), &|after, before| {
            after * before
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use nalgebra::dmatrix;

    /// 2 → 3 → 2 → 1, each layer with its Jacobian by hand.
    fn layered<'f>() -> Layered<'f, f64> {
        Layered::new(|x: &[f64]| {
            let value = vec![x[0] * x[1], x[0].sin(), x[1]];
            (value, dmatrix![x[1], x[0]; x[0].cos(), 0.0; 0.0, 1.0])
        })
        .then(|u: &[f64]| {
            let value = vec![u[0] + u[1] * u[2], u[0].exp()];
            (value, dmatrix![1.0, u[2], u[1]; u[0].exp(), 0.0, 0.0])
        })
        .then(|v: &[f64]| (vec![v[0] * v[1]], dmatrix![v[1], v[0]]))
    }

    #[test]
    fn every_bracketing_is_the_jacobian() {
        let (f, x) = (layered(), [0.7, -1.2]);
        let at = f.at(&x).unwrap();
        let expected = check::jacobian(|x| f.at(x).unwrap().value().to_vec(), &x);
        assert_eq!(at.widths(), [2, 3, 2, 1]);
        for found in [at.forward(), at.reverse(), at.optimal()] {
            assert!((found - &expected).amax() < 1e-8);
        }
    }

    #[test]
    fn a_bundle_of_inputs_is_the_sum_of_the_columns() {
        // (x₀ + x₁)(x₀ − x₁) = x₀² − x₁², in two layers.
        let f = Layered::new(|x: &[f64]| {
            (
                vec![x[0] + x[1], x[0] - x[1]],
                dmatrix![1.0, 1.0; 1.0, -1.0],
            )
        })
        .then(|u: &[f64]| (vec![u[0] * u[1]], dmatrix![u[1], u[0]]));
        let at = f.at(&[3.0, 3.0]).unwrap();
        assert_eq!(at.forward(), dmatrix![6.0, -6.0]);
        // All inputs seeded with 1 and every layer's Jacobian applied in turn: nothing is left of either partial.
        let ones = nalgebra::DVector::from_element(2, 1.0);
        let bundle = at
            .jacobians()
            .iter()
            .fold(ones, |bundle, jacobian| jacobian * bundle);
        assert_eq!(bundle[0], 0.0);
    }

    #[test]
    fn jacobians_that_do_not_fit_are_an_error() {
        let wrong = layered().then(|w: &[f64]| (w.to_vec(), DMatrix::zeros(1, 2)));
        let error = wrong.at(&[1.0, 2.0]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "layer: expected 1 columns of its Jacobian, found 2"
        );
        let at = layered().at(&[1.0, 2.0]).unwrap();
        assert!(at.product(&Bracketing::forward(2)).is_err());
    }
}
