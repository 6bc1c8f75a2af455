//! Automatic differentiation and robust learning.

pub mod check;
mod dual;
mod dual_vec;
mod scalar;
pub mod tape;
pub mod trace;

pub use dual::Dual;
pub use dual_vec::DualVec;
pub use scalar::Scalar;
pub use tape::{Tape, Var};
pub use trace::Trace;
