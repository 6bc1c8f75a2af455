//! Automatic differentiation and robust learning.

mod dual;
mod dual_vec;
mod scalar;

pub use dual::Dual;
pub use dual_vec::DualVec;
pub use scalar::Scalar;
