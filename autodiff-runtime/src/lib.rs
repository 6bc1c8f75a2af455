//! Automatic differentiation, and learning from per-sample gradients that may be partly wrong.
//!
//! # Derivatives at compile time
//!
//! [`differentiate`] puts the derivatives of a plain function beside it.
//!
//! ```
//! use autodiff_runtime::differentiate;
//!
//! #[differentiate]
//! fn f(x1: f64, x2: f64) -> f64 {
//!     x1.powi(3) / x2 + (x1 * x2).sin()
//! }
//!
//! let (by_x1, by_x2) = f_grad(1.5, 3.0);
//! assert_eq!(format!("{by_x1:.4} {by_x2:.4}"), "1.6176 -0.6912");
//! ```
//!
//! # Derivatives at run time
//!
//! Code that is generic over [`Scalar`] differentiates without the attribute: forward on [`Dual`]s, all directions at once
//! on [`DualVec`]s, in reverse on a [`Tape`], which keeps the adjoints of intermediate variables.
//!
//! ```
//! use autodiff_runtime::{Dual, Scalar, Tape};
//!
//! fn f<T: Scalar>(x: T, y: T) -> T {
//!     (x * y).sin() + x
//! }
//!
//! let (value, slope) = Dual::derivative(|x| f(x, Dual::constant(2.0)), 0.0);
//! assert_eq!((value, slope), (0.0, 3.0));
//!
//! let (_, gradient) = Tape::new().gradient(&[0.0, 2.0], |v| f(v[0], v[1]));
//! assert_eq!(gradient, [3.0, 0.0]);
//! ```
//!
//! # Looking at a computation
//!
//! [`trace`]: what a function computed, step by step, as a table or a drawing. `f_trace` makes one.
//!
//! ```
//! use autodiff_runtime::differentiate;
//!
//! #[differentiate]
//! fn area(radius: f64) -> f64 {
//!     std::f64::consts::PI * radius * radius
//! }
//!
//! let trace = area_trace(2.0);
//! println!("{trace}"); // every equation with value, tangent and adjoint
//! let picture = trace.to_svg();
//! assert!(picture.starts_with("<svg"));
//! ```
//!
//! # Layers of functions
//!
//! [`layered`]: Jacobians of f_K ∘ … ∘ f₁ as products of the layers', from the left, from the right, or in the cheapest
//! order.
//!
//! # Checking rules of your own
//!
//! [`check`]: finite differences, and the inner-product test that holds forward and reverse mode against each other.
//!
//! ```
//! use autodiff_runtime::check::{self, Tolerance};
//!
//! let f = |x: &[f64]| vec![x[0] * x[1]];
//! let vjp = |x: &[f64], w: &[f64]| vec![x[1] * w[0], x[0] * w[0]];
//! check::verify_vjp(f, vjp, &[0.5, 2.0], Tolerance::default())?;
//! # Ok::<(), check::Mismatch>(())
//! ```
//!
//! # From many gradients to one step
//!
//! [`robust`]: estimators of the mean of per-sample gradients that a few bad samples cannot spoil, and descent with them.
//!
//! ```
//! use autodiff_runtime::nalgebra::{self, dmatrix, dvector};
//! use autodiff_runtime::robust::{Aggregator, Mean, MedianOfMeans};
//!
//! // Three samples, two weights; the last sample is nonsense.
//! let gradients = dmatrix![1.0, 2.0; 1.0, 2.0; 1e6, -1e6];
//! assert_eq!(MedianOfMeans::new(3)?.of_rows(&gradients)?, dvector![1.0, 2.0]);
//! assert!(Mean.of_rows(&gradients)?[0] > 3e5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Networks
//!
//! [`nn`]: feed-forward networks in which each layer has an aggregator. Layers may skip others; activations, losses and
//! whole layers may be the user's, with derivatives by [`differentiate`].
//!
//! ```
//! use autodiff_runtime::nalgebra::DMatrix;
//! use autodiff_runtime::nn::{Activation, Pass, Sequential, Sgd, SquaredError};
//! use autodiff_runtime::robust::MedianOfMeans;
//!
//! // One layer, no activation: a line. The samples are y = 1 + 2x, but for one.
//! let mut network = Sequential::dense(&[1, 1], Activation::Relu)?;
//! network.linear_mut(0)?.set_aggregator(MedianOfMeans::new(3)?);
//! let x = DMatrix::from_fn(9, 1, |i, _| (4 * i % 9) as f64 / 9.0);
//! let mut y = x.map(|x| 1.0 + 2.0 * x);
//! y[4] = 1e6;
//!
//! let (sgd, mut pass) = (Sgd::new(0.5)?, Pass::new());
//! for _ in 0..1000 {
//!     network.gradient(&x, &SquaredError, &y, &mut pass)?;
//!     sgd.step(&mut network, &pass)?;
//! }
//! let at_one = network.apply(&DMatrix::from_element(1, 1, 1.0))?;
//! assert!((at_one[0] - 3.0).abs() < 1e-9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// The attribute writes the name of this crate, also in this crate.
extern crate self as autodiff_runtime;

pub mod check;
mod differentiable;
mod dual;
mod dual_vec;
pub mod layered;
pub mod nn;
#[cfg(feature = "opencl")]
pub mod opencl;
#[doc(hidden)]
pub mod private;
mod real;
pub mod robust;
mod scalar;
pub mod sparse;
pub mod special;
pub mod tape;
pub mod trace;

/// Gives a struct tangents, so that parameters of its type can be differentiated with respect to.
///
/// ```
/// use autodiff_runtime::{Differentiable, differentiate};
///
/// #[derive(Differentiable)]
/// struct Spring {
///     stiffness: f64,
///     rest: f64,
///     coils: u32,
/// }
///
/// #[differentiate]
/// fn energy(spring: &Spring, length: f64) -> f64 {
///     0.5 * spring.stiffness * (length - spring.rest).powi(2)
/// }
///
/// let spring = Spring { stiffness: 4.0, rest: 1.0, coils: 12 };
/// let (by_spring, force) = energy_grad(&spring, 1.5);
/// assert_eq!((by_spring.stiffness, by_spring.rest, force), (0.125, -2.0, 2.0));
/// ```
pub use autodiff_macros::Differentiable;
/// Differentiates a function at compile time.
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate]
/// fn f(x1: f64, x2: f64) -> f64 {
///     x1 * x1 * x2
/// }
///
/// assert_eq!(f_grad(3.0, 2.0), (12.0, 9.0));
/// assert_eq!(f_jvp(3.0, 1.0, 2.0, 0.0), (18.0, 12.0));
/// let (value, pullback) = f_vjp(3.0, 2.0);
/// assert_eq!((value, pullback(1.0)), (18.0, (12.0, 9.0)));
/// assert_eq!(f_hvp(3.0, 1.0, 2.0, 0.0), (4.0, 6.0));
/// ```
///
/// Slices have gradients of their length; `wrt` holds the data constant; calls are differentiated through the callee's
/// own derivatives:
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate]
/// fn square(x: f64) -> f64 {
///     x * x
/// }
///
/// #[differentiate(wrt(w))]
/// fn loss(w: &[f64], x: &[f64], y: &[f64]) -> f64 {
///     let mut sum = 0.0;
///     for i in 0..x.len() {
///         sum += square(w[0] + w[1] * x[i] - y[i]);
///     }
///     sum
/// }
///
/// let (x, y) = ([0.0, 1.0], [1.0, 3.0]);
/// let mut w_bar = [0.0; 2];
/// let value = loss_grad_into(&[0.0, 0.0], &mut w_bar, &x, &y);
/// assert_eq!((value, w_bar), (10.0, [-8.0, -6.0]));
/// assert_eq!(loss_grad(&[1.0, 2.0], &x, &y), [0.0, 0.0]);
/// ```
///
/// A function of several results has a Jacobian:
///
/// ```
/// use autodiff_runtime::differentiate;
/// use autodiff_runtime::nalgebra::{self, dmatrix};
///
/// #[differentiate]
/// fn polar(radius: f64, angle: f64) -> [f64; 2] {
///     [radius * angle.cos(), radius * angle.sin()]
/// }
///
/// assert_eq!(polar_jacobian(2.0, 0.0), dmatrix![1.0, 0.0; 0.0, 2.0]);
/// ```
pub use autodiff_macros::differentiate;
pub use differentiable::Differentiable;
pub use dual::Dual;
pub use dual_vec::DualVec;
pub use nalgebra;
pub use scalar::Scalar;
pub use tape::{Tape, Var};
pub use trace::Trace;
