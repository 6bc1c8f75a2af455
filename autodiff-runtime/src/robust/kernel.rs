//! The loops that decide the speed, apart from the estimators that call them. All unsafe code of `robust` is here.

mod gemm;
mod lanes;
mod selection;
mod tiles;
mod truncation;

pub(super) use gemm::{Matrix, accumulate, multiply};
pub use lanes::Lanes;
pub(super) use selection::medians;
pub(super) use tiles::{INPUTS, Tile, for_each_tile};
pub(super) use truncation::{moments, truncated};

/// Multiplications below which a second thread costs more than it gains.
const WORTH_A_THREAD: usize = 1 << 18;

/// Multiplications below which laying out a layer anew costs more than it gains.
const WORTH_TILES: usize = 1 << 15;

/// Whether a layer is large enough for [`for_each_tile`].
pub(super) fn tiled(multiplications: usize) -> bool {
    multiplications >= WORTH_TILES
}

/// Whether so many multiplications are to be shared between threads.
pub(super) fn parallel(multiplications: usize) -> bool {
    multiplications >= WORTH_A_THREAD && rayon::current_num_threads() > 1
}
