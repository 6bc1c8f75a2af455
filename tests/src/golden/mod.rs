//! Comparison with reference values measured elsewhere.
//!
//! A [`Report`] collects comparisons; each family of reference files has a module that reads a folder of its schema and
//! makes them. The binary `golden` runs them on any folder, `cargo test` on the folders in `tests/golden/`.

pub mod aggregate;
pub mod chainer;
mod numbers;
mod report;

pub use numbers::{Matrix, Number};
pub use report::{GoldenError, Report};
