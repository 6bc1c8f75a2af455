//! Unit tangents in, matrices out.

use super::{Lane, Lanes, Tree};
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
        // A length that is known is worth the distinction.
        match width == N {
            true => seeds.fill(*at, block, &mut leaf.0),
            false => seeds.fill(*at, block, &mut leaf.0[..width]),
        }
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
            // A length that is known is worth the distinction.
            match <&mut [B; N]>::try_from(&mut *entries) {
                Ok(entries) => *entries = leaf.0,
                Err(_) => entries.copy_from_slice(&leaf.0[..width]),
            }
        }
        *row += 1;
    });
}

/// Rows of a Jacobian of so many entries and columns; 0 if they do not come out even.
#[inline]
pub fn rows_of(entries: usize, columns: usize) -> usize {
    match columns {
        0 => 0,
        _ if entries.is_multiple_of(columns) => entries / columns,
        _ => 0,
    }
}

/// Whether a Jacobian is cheaper by backward sweeps, each for `width` rows, than by forward sweeps
/// for `lanes` columns each. In halves of an evaluation: both sweeps for a row cost about six, and
/// each further row two; a tangent costs one beyond the two of the value.
#[inline]
pub fn prefers_rows(rows: usize, columns: usize, width: usize, lanes: usize) -> bool {
    let backward = rows.div_ceil(width) * (4 + 2 * width);
    let forward = columns.div_ceil(lanes) * (2 + lanes);
    rows > 0 && backward < forward
}

/// Writes one adjoint over lanes, or over numbers, into a column of the rows from `row` on;
/// `column` counts adjoints.
#[inline]
pub fn store_columns<B, V, T>(
    bar: &T,
    column: &mut usize,
    row: usize,
    columns: usize,
    jacobian: &mut [B],
) where
    V: Lane<B>,
    T: Tree<V> + ?Sized,
{
    bar.leaves(&mut |leaf| {
        for k in 0..V::LANES {
            // The last sweep may be for fewer rows than there are lanes.
            if let Some(entry) = jacobian.get_mut((row + k) * columns + *column) {
                *entry = leaf.lane(k);
            }
        }
        *column += 1;
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
