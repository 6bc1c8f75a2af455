//! Matrices in device memory.

use super::driver::{Driven, Memory};

/// A matrix in the memory of a device, column after column, as on the host.
///
/// Made by [`OpenCl`](super::OpenCl); its memory is reused when it is dropped.
#[derive(Debug)]
pub struct DeviceMatrix<T: Driven> {
    pub(super) memory: Memory<T>,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl<T: Driven> DeviceMatrix<T> {
    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// How many numbers there are.
    pub(super) fn count(&self) -> usize {
        self.rows * self.columns
    }
}
