//! The loops that decide the speed, apart from the estimators that call them. All unsafe code of `robust` is here.

mod gemm;

pub(super) use gemm::{Matrix, multiply};

/// Multiplications below which a second thread costs more than it gains.
const WORTH_A_THREAD: usize = 1 << 18;

/// Whether so many multiplications are to be shared between threads.
pub(super) fn parallel(multiplications: usize) -> bool {
    multiplications >= WORTH_A_THREAD && rayon::current_num_threads() > 1
}
