//! Initial parameters.

mod scaled;
mod uniform;

use rand::Rng;

use super::{Linear, Real};

pub use scaled::{Deviates, Glorot, He};
pub use uniform::Uniform;

/// A way to draw the initial parameters of a dense layer.
///
/// The initialisers of this library draw in double precision, W row by row and then b, and round, so that a network in
/// `f32` starts from the rounded parameters of its twin in `f64`.
pub trait Initialise<T: Real> {
    /// Draws W and b anew.
    fn initialise<R: Rng + ?Sized>(&self, linear: &mut Linear<T>, rng: &mut R);
}

/// Draws the weights row by row, and then the biases if they are to be drawn, else zero.
fn fill<T: Real>(linear: &mut Linear<T>, biases: bool, mut draw: impl FnMut() -> f64) {
    let (inputs, outputs) = (linear.inputs(), linear.outputs());
    let (weight, bias) = linear.parameters_mut();
    for q in 0..outputs {
        for p in 0..inputs {
            weight[p * outputs + q] = T::of(draw());
        }
    }
    bias.iter_mut()
        .for_each(|b| *b = if biases { T::of(draw()) } else { T::ZERO });
}
