//! Initial parameters.

use rand::{Rng, RngExt};

use super::error::ParameterError;
use super::{Linear, Real};

/// A way to draw the initial parameters of a dense layer.
pub trait Initialise<T: Real> {
    /// Draws W and b anew.
    fn initialise<R: Rng + ?Sized>(&self, linear: &mut Linear<T>, rng: &mut R);
}

/// Every weight and bias uniform on [−a, a).
///
/// Numbers are drawn in double precision, W row by row and then b, and rounded, so that a network in `f32` starts from
/// the rounded parameters of its twin in `f64`.
///
/// ```
/// use autodiff_runtime::nn::{Initialise, Linear, Uniform};
/// use rand_pcg::{Pcg64, rand_core::SeedableRng};
///
/// let mut layer = Linear::<f64>::zeros(2, 10);
/// Uniform::new(0.05)?.initialise(&mut layer, &mut Pcg64::seed_from_u64(1));
/// assert!(layer.weight().iter().all(|w| *w != 0.0 && w.abs() <= 0.05));
/// # Ok::<(), autodiff_runtime::nn::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    half_width: f64,
}

impl Uniform {
    /// Uniform on [−half_width, half_width).
    ///
    /// # Errors
    /// [`ParameterError`] unless the half-width is positive and finite.
    pub fn new(half_width: f64) -> Result<Self, ParameterError> {
        let valid = half_width > 0.0 && half_width.is_finite();
        ParameterError::check("half-width", "positive and finite", half_width, valid)?;
        Ok(Self { half_width })
    }
}

impl<T: Real> Initialise<T> for Uniform {
    fn initialise<R: Rng + ?Sized>(&self, linear: &mut Linear<T>, rng: &mut R) {
        let (inputs, outputs) = (linear.inputs(), linear.outputs());
        let (weight, bias) = linear.parameters_mut();
        let mut draw = || T::of(self.half_width * (2.0 * rng.random::<f64>() - 1.0));
        for q in 0..outputs {
            for p in 0..inputs {
                weight[p * outputs + q] = draw();
            }
        }
        bias.iter_mut().for_each(|b| *b = draw());
    }
}
