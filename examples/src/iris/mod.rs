//! The Iris comparison.

pub mod contamination;
pub mod dataset;
pub mod figures;
pub mod principal;
pub mod statistics;
pub mod trial;
