//! Matrices: what their tangents are, and a rule for each operation.
//!
//! The tangent of a matrix of floats is a matrix over the scalars of tangents. A rule (`rule.rs`)
//! says what an operation computes and what its pullback is, both over any real scalar: run on
//! floats they give value and gradient, run on duals the tangent and second derivatives. The value is
//! always that of `nalgebra` itself.

mod construct;
mod engine;
mod fill;
mod function;
mod geometry;
mod methods;
mod operators;
mod rigid;
mod rule;
mod solve;
mod spaces;
mod structure;
mod window;

pub use construct::*;
pub use fill::*;
pub use methods::*;
pub use rigid::*;
pub use solve::*;
pub use window::*;
