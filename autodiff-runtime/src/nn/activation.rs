//! Activations: scalar functions applied to every entry.

use std::fmt;
use std::sync::Arc;

use super::Real;
use super::error::ParameterError;

/// A scalar function applied to every entry of a batch.
///
/// | | f(x) | f'(x) |
/// |---|---|---|
/// | `Identity` | x | 1 |
/// | `Relu` | max(x, 0) | 1 for x > 0, else 0 |
/// | [`leaky_relu`](Self::leaky_relu) | x for x > 0, else a·x | 1 for x > 0, else a |
/// | `Tanh` | tanh x | 1 − tanh² x |
/// | `Sigmoid` | σ(x) = 1/(1 + e⁻ˣ) | σ(x)(1 − σ(x)) |
/// | `Softplus` | log(1 + eˣ) | σ(x) |
/// | `Gelu` | x Φ(x) | Φ(x) + x φ(x) |
/// | [`custom`](Self::custom) | yours | yours |
///
/// Φ and φ are the standard normal distribution and density (the exact GELU). At the kink of the ReLUs the derivative
/// is that of the left side.
///
/// ```
/// use autodiff_runtime::nn::Activation;
///
/// let (value, derivative) = Activation::Sigmoid.value_and_derivative(0.0_f64);
/// assert_eq!((value, derivative), (0.5, 0.25));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Activation<T: Real> {
    /// x
    Identity,
    /// max(x, 0)
    Relu,
    /// x for x > 0, else slope·x; made by [`leaky_relu`](Self::leaky_relu).
    LeakyRelu {
        /// The slope for x ≤ 0.
        slope: T,
    },
    /// tanh x
    Tanh,
    /// 1/(1 + e⁻ˣ)
    Sigmoid,
    /// log(1 + eˣ)
    Softplus,
    /// x Φ(x)
    Gelu,
    /// A function of the user's; made by [`custom`](Self::custom).
    Custom(ScalarFunction<T>),
}

/// A named scalar function that knows its derivative.
#[derive(Clone)]
pub struct ScalarFunction<T> {
    name: &'static str,
    map: Arc<dyn Map<T>>,
}

/// Value and derivative over whole slices: one dynamic call a column, the function itself inlined.
trait Map<T>: Send + Sync {
    fn values(&self, x: &[T], y: &mut [T]);
    fn pull_back(&self, x: &[T], cotangent: &mut [T]);
    fn at(&self, x: T) -> (T, T);
}

impl<T: Real, F: Fn(T) -> (T, T) + Send + Sync> Map<T> for F {
    fn values(&self, x: &[T], y: &mut [T]) {
        map(x, y, |x| self(x).0);
    }

    fn pull_back(&self, x: &[T], cotangent: &mut [T]) {
        scale_by(cotangent, x, |x| self(x).1);
    }

    fn at(&self, x: T) -> (T, T) {
        self(x)
    }
}

impl<T: Real> Activation<T> {
    /// The leaky ReLU of the given slope for negative inputs.
    ///
    /// # Errors
    /// [`ParameterError`] unless 0 ≤ slope < 1.
    pub fn leaky_relu(slope: T) -> Result<Self, ParameterError> {
        let valid = slope >= T::ZERO && slope < T::ONE;
        ParameterError::check("slope", "from 0 up and below 1", slope.as_f64(), valid)?;
        Ok(Self::LeakyRelu { slope })
    }

    /// Any scalar function, given as value and derivative: the `f_value_and_grad` that `#[differentiate]` writes beside
    /// `fn f(x: f64) -> f64`, or a function written by hand.
    ///
    /// ```
    /// use autodiff_runtime::differentiate;
    /// use autodiff_runtime::nn::Activation;
    ///
    /// #[differentiate]
    /// fn swish(x: f64) -> f64 {
    ///     x / (1.0 + (-x).exp())
    /// }
    ///
    /// let activation = Activation::custom("swish", swish_value_and_grad);
    /// assert_eq!(activation.value_and_derivative(0.0), (0.0, 0.5));
    /// ```
    pub fn custom(
        name: &'static str,
        value_and_derivative: impl Fn(T) -> (T, T) + Send + Sync + 'static,
    ) -> Self {
        Self::Custom(ScalarFunction {
            name,
            map: Arc::new(value_and_derivative),
        })
    }

    /// f(x) and f'(x).
    pub fn value_and_derivative(&self, x: T) -> (T, T) {
        if let Self::Custom(function) = self {
            return function.map.at(x);
        }
        let (mut value, mut derivative) = ([T::ZERO], [T::ONE]);
        self.forward(&[x], &mut value);
        self.backward(&[x], &value, &mut derivative);
        (value[0], derivative[0])
    }

    /// y = f(x), entry by entry.
    pub(super) fn forward(&self, x: &[T], y: &mut [T]) {
        match self {
            Self::Identity => y.copy_from_slice(x),
            Self::Relu => map(x, y, |x| if x <= T::ZERO { T::ZERO } else { x }),
            Self::LeakyRelu { slope } => map(x, y, |x| if x > T::ZERO { x } else { *slope * x }),
            Self::Tanh => map(x, y, |x| x.tanh()),
            Self::Sigmoid => map(x, y, sigmoid),
            Self::Softplus => map(x, y, |x| x.max(T::ZERO) + (-x.abs()).exp().ln_1p()),
            Self::Gelu => map(x, y, |x| x * normal_distribution(x)),
            Self::Custom(function) => function.map.values(x, y),
        }
    }

    /// Multiplies the cotangent of y = f(x) by f'(x), entry by entry.
    pub(super) fn backward(&self, x: &[T], y: &[T], cotangent: &mut [T]) {
        match self {
            Self::Identity => {}
            Self::Relu => select(cotangent, x, T::ZERO),
            Self::LeakyRelu { slope } => select(cotangent, x, *slope),
            Self::Tanh => scale_by(cotangent, y, |y| T::ONE - y * y),
            Self::Sigmoid => scale_by(cotangent, y, |y| y * (T::ONE - y)),
            Self::Softplus => scale_by(cotangent, x, sigmoid),
            Self::Gelu => scale_by(cotangent, x, |x| {
                normal_distribution(x) + x * normal_density(x)
            }),
            Self::Custom(function) => function.map.pull_back(x, cotangent),
        }
    }
}

#[inline(always)]
fn map<T: Copy>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = f(x);
    }
}

#[inline(always)]
fn scale_by<T: Real>(cotangent: &mut [T], at: &[T], derivative: impl Fn(T) -> T) {
    for (cotangent, &at) in cotangent.iter_mut().zip(at) {
        *cotangent *= derivative(at);
    }
}

/// Multiplies by 1 where x > 0 and by `slope` elsewhere, as a mask.
#[inline(always)]
fn select<T: Real>(cotangent: &mut [T], x: &[T], slope: T) {
    scale_by(cotangent, x, |x| if x > T::ZERO { T::ONE } else { slope });
}

/// 1/(1 + e⁻ˣ); e^(−|x|) cannot overflow.
fn sigmoid<T: Real>(x: T) -> T {
    let e = (-x.abs()).exp();
    let numerator = if x > T::ZERO { T::ONE } else { e };
    numerator / (T::ONE + e)
}

fn normal_distribution<T: Real>(x: T) -> T {
    T::of(0.5) * (T::ONE + (x * T::of(std::f64::consts::FRAC_1_SQRT_2)).erf())
}

fn normal_density<T: Real>(x: T) -> T {
    T::of(0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2)
        * (T::of(-0.5) * x * x).exp()
}

impl<T: Real> fmt::Display for Activation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => f.write_str("identity"),
            Self::Relu => f.write_str("relu"),
            Self::LeakyRelu { slope } => write!(f, "leaky-relu:slope={slope}"),
            Self::Tanh => f.write_str("tanh"),
            Self::Sigmoid => f.write_str("sigmoid"),
            Self::Softplus => f.write_str("softplus"),
            Self::Gelu => f.write_str("gelu"),
            Self::Custom(function) => f.write_str(function.name),
        }
    }
}

impl<T: Real> fmt::Debug for Activation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Activation({self})")
    }
}
