//! What the tests share: a harness that holds a differentiated function against itself in every
//! mode, the seven benchmark functions and their hand-written gradients, and comparison with reference
//! values measured elsewhere.

pub mod flat;
pub mod golden;
pub mod hand;
pub mod harness;
pub mod random;
pub mod small;

#[doc(hidden)]
pub use autodiff_runtime as runtime;
