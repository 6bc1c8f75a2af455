//! What the tests share: a harness that holds a differentiated function against itself in every
//! mode, the seven benchmark functions and their hand-written gradients, and comparison with reference
//! values measured elsewhere.

pub mod flat;
pub mod generated;
pub mod golden;
pub mod hand;
pub mod harness;
pub mod random;
pub mod small;

#[doc(hidden)]
pub use autodiff_runtime as runtime;

/// The middle one of the values of a benchmark, of which there is at least one; of two middle ones the larger.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
