//! Initial weights whose spread depends on the widths of the layer.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::{Initialise, fill};
use crate::nn::{Linear, Real};

/// The distribution of weights of a given variance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deviates {
    /// Normal.
    #[default]
    Normal,
    /// Uniform on an interval round 0.
    Uniform,
}

impl Deviates {
    /// One number of mean 0 and variance 1.
    fn draw<R: Rng + ?Sized>(self, rng: &mut R) -> f64 {
        match self {
            Self::Normal => rng.sample(StandardNormal),
            Self::Uniform => 3.0_f64.sqrt() * (2.0 * rng.random::<f64>() - 1.0),
        }
    }
}

/// Weights of variance 2/P, biases zero: values keep their scale through layers of ReLUs, each of which halves the mean
/// square (He et al., "Delving deep into rectifiers", ICCV 2015, equation 10).
///
/// ```
/// use autodiff_runtime::nn::{Activation, Deviates, He, Sequential};
/// use rand_pcg::{Pcg64, rand_core::SeedableRng};
///
/// let mut network = Sequential::<f64>::dense(&[200, 100, 10], Activation::Relu)?;
/// network.initialise(&He(Deviates::Normal), &mut Pcg64::seed_from_u64(1));
/// let first = network.linear_mut(0)?;
/// let mean_square = first.weight().norm_squared() / 20_000.0;
/// assert!((mean_square - 2.0 / 200.0).abs() < 0.001);
/// assert!(first.bias().iter().all(|b| *b == 0.0));
/// # Ok::<(), autodiff_runtime::nn::NetworkError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct He(
    /// The distribution.
    pub Deviates,
);

/// Weights of variance 2/(P + Q), biases zero: a compromise between values forward and cotangents back, for activations
/// of slope 1 at 0 such as tanh (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
/// networks", AISTATS 2010, equation 12; theirs is the uniform form, with half-width √(6/(P + Q))).
///
/// ```
/// use autodiff_runtime::nn::{Deviates, Glorot, Initialise, Linear};
/// use rand_pcg::{Pcg64, rand_core::SeedableRng};
///
/// let mut layer = Linear::<f64>::zeros(4, 2);
/// Glorot(Deviates::Uniform).initialise(&mut layer, &mut Pcg64::seed_from_u64(1));
/// assert!(layer.weight().iter().all(|w| w.abs() <= 1.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glorot(
    /// The distribution.
    pub Deviates,
);

impl<T: Real> Initialise<T> for He {
    fn initialise<R: Rng + ?Sized>(&self, linear: &mut Linear<T>, rng: &mut R) {
        let deviation = (2.0 / linear.inputs().max(1) as f64).sqrt();
        fill(linear, false, || deviation * self.0.draw(rng));
    }
}

impl<T: Real> Initialise<T> for Glorot {
    fn initialise<R: Rng + ?Sized>(&self, linear: &mut Linear<T>, rng: &mut R) {
        let width = linear.inputs() + linear.outputs();
        let deviation = (2.0 / width.max(1) as f64).sqrt();
        fill(linear, false, || deviation * self.0.draw(rng));
    }
}
