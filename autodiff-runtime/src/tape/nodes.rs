//! Storage of a tape: nodes in blocks that double in size.
//!
//! Pushing needs only `&self`, since variables share the tape. Blocks never move, so that a push is
//! a bounds check and a store: no borrow flag to set, no copy when the tape grows.

use std::cell::{Cell, OnceCell};
use std::iter;

use crate::Scalar;

/// The first block holds `2^FIRST` nodes, each further one as many as all before it.
const FIRST: u32 = 10;
/// Enough blocks for every index a `u32` can hold.
const BLOCKS: usize = (u32::BITS - FIRST) as usize;

/// One operation: its parents and the partials by them. Parent 0 is no parent.
#[derive(Clone, Copy)]
pub struct Node<T> {
    pub parents: [u32; 2],
    pub partials: [T; 2],
}

impl<T: Scalar> Node<T> {
    #[inline]
    pub fn leaf() -> Self {
        Self::new([(0, T::zero()); 2])
    }

    #[inline]
    pub fn new([(a, d_a), (b, d_b)]: [(u32, T); 2]) -> Self {
        Self {
            parents: [a, b],
            partials: [d_a, d_b],
        }
    }
}

type Block<T> = Box<[Cell<Node<T>>]>;

/// The nodes of a tape, numbered from 1.
pub struct Nodes<T> {
    blocks: [OnceCell<Block<T>>; BLOCKS],
    /// Number of the last node.
    last: Cell<u32>,
}

impl<T: Scalar> Nodes<T> {
    pub fn new() -> Self {
        Self {
            blocks: [const { OnceCell::new() }; BLOCKS],
            last: Cell::new(0),
        }
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.last.get() as usize
    }

    pub fn clear(&mut self) {
        self.last.set(0);
    }

    /// Appends a node and returns its number.
    #[inline]
    pub fn push(&self, node: Node<T>) -> u32 {
        let number = self.last.get() + 1;
        let (block, offset) = place(number);
        let cells = match self.blocks[block].get() {
            Some(cells) => cells,
            None => self.grow(block),
        };
        cells[offset].set(node);
        self.last.set(number);
        number
    }

    #[cold]
    fn grow(&self, block: usize) -> &[Cell<Node<T>>] {
        assert!(block + 1 < BLOCKS, "a tape holds at most 2^31 nodes");
        let cells = iter::repeat_n(Cell::new(Node::leaf()), 1 << (FIRST as usize + block));
        self.blocks[block].get_or_init(|| cells.collect())
    }

    /// Slices of nodes from the back of the tape to its front, each with the number of its first node.
    pub fn runs_from(&self, number: u32) -> impl Iterator<Item = (usize, &[Cell<Node<T>>])> {
        let (last, end) = place(number);
        (0..=last).rev().filter_map(move |block| {
            let cells = self.blocks[block].get()?;
            let used = if block == last { end + 1 } else { cells.len() };
            Some((first_number(block), &cells[..used]))
        })
    }
}

/// The block of a node and the node's place in it.
#[inline]
fn place(number: u32) -> (usize, usize) {
    let shifted = number + (1 << FIRST) - 1;
    let block = shifted.ilog2() - FIRST;
    (block as usize, (shifted - (1 << (block + FIRST))) as usize)
}

/// The number of a block's first node.
fn first_number(block: usize) -> usize {
    (1 << (block + FIRST as usize)) - (1 << FIRST) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other() {
        let mut expected = (0, 0);
        for number in 1..10_000 {
            assert_eq!(place(number), expected);
            assert_eq!(first_number(expected.0) + expected.1, number as usize);
            expected = if expected.1 + 1 == 1 << (FIRST as usize + expected.0) {
                (expected.0 + 1, 0)
            } else {
                (expected.0, expected.1 + 1)
            };
        }
    }

    #[test]
    fn runs_cover_the_nodes_backwards() {
        let nodes = Nodes::new();
        for number in 0..5000 {
            nodes.push(Node::new([(number, 1.0), (0, 0.0)]));
        }
        let mut next = 4000;
        for (first, run) in nodes.runs_from(4000) {
            for (offset, node) in run.iter().enumerate().rev() {
                assert_eq!(first + offset, next);
                assert_eq!(node.get().parents[0] as usize, next - 1);
                next -= 1;
            }
        }
        assert_eq!(next, 0);
    }
}
