//! Automatic differentiation and robust learning.

mod real;

pub mod nn;
pub mod robust;
