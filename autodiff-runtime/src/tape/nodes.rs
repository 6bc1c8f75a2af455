//! Storage of a tape: a block that is being filled, and the nodes that were moved out of it.
//!
//! Pushing needs only `&self`, since the variables share the tape. The block is a fixed slice of
//! cells, so that a push is a bounds check and a store, without a borrow flag. A full block is copied
//! away in one piece; when the tape is cleared the block grows to the size of the recording, so
//! that a tape in steady use copies nothing.

use std::cell::{Cell, RefCell};
use std::iter;

use crate::Scalar;

/// Nodes in the block of a new tape.
const FIRST_BLOCK: usize = 128;
/// Largest block. Beyond this the copies are few.
const LARGEST_BLOCK: usize = 1 << 16;

/// One operation: its parents and the partials by them. Parent 0 is no parent.
#[derive(Clone, Copy)]
pub struct Node<T> {
    pub parents: [u32; 2],
    pub partials: [T; 2],
}

impl<T: Scalar> Node<T> {
    /// A node without parents.
    #[inline]
    pub fn leaf() -> Self {
        Self {
            parents: [0; 2],
            partials: [T::zero(); 2],
        }
    }

    /// A node that takes over a sum so far, and has a place for one more parent.
    #[inline]
    pub fn sum(so_far: u32) -> Self {
        Self {
            parents: [so_far, 0],
            partials: [T::one(), T::zero()],
        }
    }

    #[inline]
    pub fn set(&mut self, place: usize, parent: u32, partial: T) {
        self.parents[place] = parent;
        self.partials[place] = partial;
    }
}

/// The nodes of a tape, numbered from 1.
pub struct Nodes<T> {
    block: Box<[Cell<Node<T>>]>,
    /// How many nodes the block holds.
    filled: Cell<usize>,
    /// Earlier nodes.
    spilled: RefCell<Vec<Node<T>>>,
    /// How many nodes were spilled: the length of that vector, at hand.
    before: Cell<u32>,
}

impl<T: Scalar> Nodes<T> {
    pub fn new() -> Self {
        Self {
            block: block(FIRST_BLOCK),
            filled: Cell::new(0),
            spilled: RefCell::default(),
            before: Cell::new(0),
        }
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.before.get() as usize + self.filled.get()
    }

    pub fn clear(&mut self) {
        if self.block.len() < self.len().min(LARGEST_BLOCK) {
            self.block = block(self.len().next_power_of_two().min(LARGEST_BLOCK));
        }
        self.spilled.get_mut().clear();
        self.before.set(0);
        self.filled.set(0);
    }

    /// Appends a node and returns its number.
    #[inline(always)]
    pub fn push(&self, node: Node<T>) -> u32 {
        let mut filled = self.filled.get();
        if filled >= self.block.len() {
            self.spill();
            filled = 0;
        }
        self.block[filled].set(node);
        self.filled.set(filled + 1);
        self.before.get() + filled as u32 + 1
    }

    #[cold]
    #[inline(never)]
    fn spill(&self) {
        let mut spilled = self.spilled.borrow_mut();
        spilled.extend(self.block.iter().map(Cell::get));
        self.filled.set(0);
        let before = u32::try_from(spilled.len() + self.block.len());
        assert!(before.is_ok(), "a tape holds fewer than 2^32 nodes");
        self.before.set(spilled.len() as u32);
    }

    /// Calls `visit` with the number of each node and the node, from the given number down to 1.
    #[inline]
    pub fn visit_back_from(&self, number: u32, mut visit: impl FnMut(usize, Node<T>)) {
        let number = number as usize;
        let before = self.before.get() as usize;
        for (offset, node) in self.block[..number.saturating_sub(before)]
            .iter()
            .enumerate()
            .rev()
        {
            visit(before + offset + 1, node.get());
        }
        let spilled = self.spilled.borrow();
        for (offset, node) in spilled[..before.min(number)].iter().enumerate().rev() {
            visit(offset + 1, *node);
        }
    }
}

fn block<T: Scalar>(length: usize) -> Box<[Cell<Node<T>>]> {
    iter::repeat_n(Cell::new(Node::leaf()), length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_visited_backwards_wherever_they_lie() {
        let mut nodes = Nodes::new();
        // The first recording spills, the second fits, the third spills again.
        for recording in [1000, 900, 5000] {
            nodes.clear();
            for number in 0..recording {
                assert_eq!(nodes.push(Node::<f64>::sum(number)), number + 1);
            }
            assert_eq!(nodes.len(), recording as usize);
            for from in [1, 700, recording] {
                let mut next = from as usize;
                nodes.visit_back_from(from, |number, node| {
                    assert_eq!((number, node.parents[0] as usize), (next, next - 1));
                    next -= 1;
                });
                assert_eq!(next, 0);
            }
        }
    }
}
