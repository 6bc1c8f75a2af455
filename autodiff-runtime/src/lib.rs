//! Automatic differentiation and robust learning.

pub mod check;
mod differentiable;
mod dual;
mod dual_vec;
pub mod nn;
#[doc(hidden)]
pub mod private;
mod real;
pub mod robust;
mod scalar;
pub mod tape;
pub mod trace;

pub use autodiff_macros::differentiate;
pub use differentiable::Differentiable;
pub use dual::Dual;
pub use dual_vec::DualVec;
pub use nalgebra;
pub use scalar::Scalar;
pub use tape::{Tape, Var};
pub use trace::Trace;
