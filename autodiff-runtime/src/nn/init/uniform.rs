//! Uniform initial parameters.

use rand::{Rng, RngExt};

use super::{Initialise, fill};
use crate::nn::error::ParameterError;
use crate::nn::{Linear, Real};

/// Every weight and bias uniform on [−a, a).
///
/// The tutorial's demonstration has a = 0.05.
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
        fill(linear, true, || {
            self.half_width * (2.0 * rng.random::<f64>() - 1.0)
        });
    }
}
