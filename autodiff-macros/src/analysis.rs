//! Facts about a trace that the transformations need.

pub mod activity;
pub mod index;
pub mod literals;
pub mod recursion;
pub mod types;
