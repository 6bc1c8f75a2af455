//! What derivative code needs of the standard library's methods on slices.

/// The order in which `sort` puts the positions from 0 to `len`.
#[inline]
pub fn order(len: usize, sort: impl FnOnce(&mut [usize])) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    sort(&mut order);
    order
}

/// Panics as `copy_from_slice` does for slices of different lengths. A slice of units takes no
/// memory.
#[inline]
#[track_caller]
pub fn check_copy_from_slice(destination: usize, source: usize) {
    vec![(); destination].copy_from_slice(&vec![(); source]);
}

/// Panics as `clone_from_slice` does for slices of different lengths.
#[inline]
#[track_caller]
pub fn check_clone_from_slice(destination: usize, source: usize) {
    vec![(); destination].clone_from_slice(&vec![(); source]);
}

/// Panics as `swap_with_slice` does for slices of different lengths.
#[inline]
#[track_caller]
pub fn check_swap_with_slice(one: usize, other: usize) {
    vec![(); one].swap_with_slice(&mut vec![(); other]);
}
