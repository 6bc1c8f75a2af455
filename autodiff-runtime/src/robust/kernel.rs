//! The loops that decide the speed, apart from the estimators that call them. All unsafe code of `robust` is here.

mod geman;
mod gemm;
mod influence;
mod lanes;
mod selection;
mod tiles;
mod trimming;
mod truncation;

pub(super) use geman::geman_shares;
pub(super) use gemm::{Matrix, multiply, multiply_alone};
pub(super) use influence::{is_precise, pull};
pub use lanes::Lanes;
pub(super) use selection::{median_of, medians, scratch, write_out};
pub(super) use tiles::{INPUTS, Tile, for_each_tile};
pub(super) use trimming::{mean_near_median, trimmed_mean, winsorized_mean};
pub(super) use truncation::{moments, squares_about, truncated};

/// Multiplications below which a second thread costs more than it gains.
const WORTH_A_THREAD: usize = 1 << 18;

/// Multiplications below which laying out a layer anew costs more than it gains.
const WORTH_TILES: usize = 1 << 15;

/// Runs a loop as compiled for the instruction set found at run time. What it calls must be inlined into it.
#[inline(always)]
pub(super) fn vectorised<R>(run: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(run)
}

/// Whether a layer is large enough for [`for_each_tile`].
pub(super) fn tiled(multiplications: usize) -> bool {
    multiplications >= WORTH_TILES
}

/// Whether so many multiplications are to be shared between threads.
pub(super) fn parallel(multiplications: usize) -> bool {
    multiplications >= WORTH_A_THREAD && rayon::current_num_threads() > 1
}
