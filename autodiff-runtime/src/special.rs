//! Special functions with their derivatives, as rules for [`differentiate`](crate::differentiate).
//!
//! A function under the attribute calls them like any other; all siblings exist (`erf_grad`, `erf_jvp`,
//! `erf_hvp`, …) and second derivatives go through. `libm` computes `erf`, `erfc` and `ln_gamma`.
//!
//! ```
//! use autodiff_runtime::differentiate;
//! use autodiff_runtime::special::normal_cdf;
//!
//! /// Price of a call by Black and Scholes, without interest.
//! #[differentiate]
//! fn call(spot: f64, volatility: f64, strike: f64) -> f64 {
//!     let d = (spot / strike).ln() / volatility + 0.5 * volatility;
//!     spot * normal_cdf(d) - strike * normal_cdf(d - volatility)
//! }
//!
//! let (delta, _vega, _) = call_grad(100.0, 0.2, 100.0);
//! assert!((delta - normal_cdf(0.1)).abs() < 1e-15);
//! ```

mod error;
mod gamma;
mod logistic;
mod normal;

pub use error::*;
pub use gamma::*;
pub use logistic::*;
pub use normal::*;
