//! From traces back to Rust.
//!
//! Generated code names nothing but `::core`, `::std`, the user's own items and
//! `::autodiff_runtime::private`.

pub mod docs;
mod scalar;
pub mod siblings;
mod stmt;
mod symbolic;
pub mod tracing;

pub use stmt::{operand, place, range, receiver};
