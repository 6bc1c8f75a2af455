//! Unit tangents in, matrices out.

use super::{Lanes, Tree};
use crate::sparse::Seeds;
use nalgebra::{DMatrix, Scalar};

/// A scalar of tangents that can carry unit directions.
pub trait Directions {
    /// Makes this the unit tangent of direction `k`, if it carries that direction.
    fn set_unit(&mut self, k: usize);
}

impl<S: crate::Scalar> Directions for S {
    #[inline]
    fn set_unit(&mut self, k: usize) {
        if k == 0 {
            *self = S::one();
        }
    }
}

impl<S: crate::Scalar, const N: usize> Directions for Lanes<S, N> {
    #[inline]
    fn set_unit(&mut self, k: usize) {
        if k < N {
            self.0[k] = S::one();
        }
    }
}

/// Makes the inputs from number `block` on the directions of a zero tangent; `at` counts inputs.
#[inline]
pub fn seed<V: Directions, T: Tree<V> + ?Sized>(tangent: &mut T, at: &mut usize, block: usize) {
    tangent.leaves_mut(&mut |leaf| {
        if *at >= block {
            leaf.set_unit(*at - block);
        }
        *at += 1;
    });
}

/// Writes the directions from `block` on into the lanes of a tangent; `at` counts inputs.
#[inline]
pub fn seed_directions<B, T, const N: usize>(
    tangent: &mut T,
    at: &mut usize,
    block: usize,
    seeds: &impl Seeds<B>,
) where
    T: Tree<Lanes<B, N>> + ?Sized,
{
    let width = N.min(seeds.directions().saturating_sub(block));
    tangent.leaves_mut(&mut |leaf| {
        seeds.fill(*at, block, &mut leaf.0[..width]);
        *at += 1;
    });
}

/// Panics unless there is a row of seeds for each input.
#[inline]
#[track_caller]
pub fn check_seeds<B>(seeds: &impl Seeds<B>, inputs: usize) {
    let rows = seeds.inputs();
    assert!(
        rows == inputs,
        "`seeds` is for {rows} inputs, but the function has {inputs}"
    );
}

/// Adds the derivatives in the directions from `block` on to the gradient they belong to.
#[inline]
pub fn scatter<B, T, const N: usize>(bar: &mut T, at: &mut usize, block: usize, dot: &Lanes<B, N>)
where
    B: Copy + std::ops::AddAssign,
    T: Tree<B> + ?Sized,
{
    bar.leaves_mut(&mut |leaf| {
        if *at >= block && *at - block < N {
            *leaf += dot.0[*at - block];
        }
        *at += 1;
    });
}

/// Writes the derivatives of outputs, one a row, into the columns from `block` on.
#[inline]
pub fn store_rows<B, T, const N: usize>(
    tangent: &T,
    row: &mut usize,
    block: usize,
    columns: usize,
    jacobian: &mut [B],
) where
    B: Copy,
    T: Tree<Lanes<B, N>> + ?Sized,
{
    let width = N.min(columns.saturating_sub(block));
    tangent.leaves(&mut |leaf| {
        let start = *row * columns + block;
        // A matrix that is too short is reported by `check_jacobian`, which knows its rows.
        if let Some(entries) = jacobian.get_mut(start..start + width) {
            entries.copy_from_slice(&leaf.0[..width]);
        }
        *row += 1;
    });
}

/// Whether a Jacobian of so many entries and columns is cheaper row by row. A backward sweep for a
/// row costs about three evaluations, a forward sweep with eight tangents about five.
#[inline]
pub fn prefers_rows(entries: usize, columns: usize) -> bool {
    columns > 0
        && entries.is_multiple_of(columns)
        && 3 * (entries / columns) < 5 * columns.div_ceil(8)
}

/// Writes one adjoint into a row; `entry` is where it goes on.
#[inline]
pub fn store_row<B: Copy, T: Tree<B> + ?Sized>(bar: &T, entry: &mut usize, jacobian: &mut [B]) {
    bar.leaves(&mut |leaf| {
        if let Some(place) = jacobian.get_mut(*entry) {
            *place = *leaf;
        }
        *entry += 1;
    });
}

/// Panics unless a Jacobian's slice has the length of its rows and columns.
#[inline]
#[track_caller]
pub fn check_jacobian(length: usize, rows: usize, columns: usize) {
    assert!(
        length == rows * columns,
        "`jacobian` has length {length}, but the Jacobian has {rows} rows and {columns} columns, \
         {} entries",
        rows * columns
    );
}

/// Panics unless a slice of products has the length of its rows and directions.
#[inline]
#[track_caller]
pub fn check_products(length: usize, rows: usize, directions: usize) {
    assert!(
        length == rows * directions,
        "`products` has length {length}, but there are {rows} rows and {directions} directions, \
         {} entries",
        rows * directions
    );
}

/// All scalars in order.
pub fn flat<V: Copy, T: Tree<V> + ?Sized>(tree: &T) -> Vec<V> {
    let mut flat = Vec::new();
    tree.leaves(&mut |leaf| flat.push(*leaf));
    flat
}

/// A square matrix by its columns.
pub fn columns<B: Scalar>(n: usize, mut column: impl FnMut(usize) -> Vec<B>) -> DMatrix<B> {
    let entries: Vec<B> = (0..n).flat_map(&mut column).collect();
    DMatrix::from_vec(n, n, entries)
}
