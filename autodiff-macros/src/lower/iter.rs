//! Iterators over active data, rewritten as loops.
//!
//! A chain of adaptors is read into a tree ([`Iter`]), from which one loop over indices is generated,
//! as one writes it by hand: `x.iter().zip(y).map(|(a, b)| a * b).sum()` becomes
//!
//! ```text
//! let mut sum = -0.0;
//! for i in 0..x.len().min(y.len()) { let (a, b) = (&x[i], &y[i]); sum += a * b; }
//! ```
//!
//! The rewriting is from Rust to Rust: what it generates is lowered like what the user writes, and
//! knows nothing of derivatives. Chains whose result has no derivative (`count`, `any`, `position`)
//! pass through as written.
//!
//! - [`item`]: what an iterator gives, and how patterns take it apart.
//! - [`parse`]: from a chain of calls to the tree.
//! - [`index`]: iterators that give their k-th item without the ones before.
//! - [`drive`]: the loop around a body that uses each item.
//! - [`consume`]: the methods that end a chain.
//! - [`choose`]: the methods that pick one item, or none.

mod choose;
mod consume;
mod drive;
mod index;
pub(super) mod item;
mod parse;
mod types;

use super::closure::Func;
use proc_macro2::{Ident, TokenStream};
use syn::Expr;

pub(super) use parse::is_consumer;

/// How the elements of a sequence are given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Shared,
    Mutable,
    Value,
}

/// An iterator. Sequences and numbers in it are names or other expressions that may be repeated.
#[derive(Clone)]
enum Iter {
    /// The elements of a sequence.
    Elements {
        of: TokenStream,
        by: By,
    },
    /// `0..end`, of type `usize`.
    Count(TokenStream),
    /// A range of integers, with `rev` and `step_by` on it.
    Range(Expr),
    /// `windows(size)`.
    Windows {
        of: TokenStream,
        size: TokenStream,
    },
    /// `chunks(size)`, `chunks_exact(size)` and their `_mut` forms.
    Chunks {
        of: TokenStream,
        size: TokenStream,
        exact: bool,
        mutable: bool,
    },
    /// `std::iter::once(value)`.
    Once(TokenStream),
    /// `std::iter::repeat(value)`.
    Repeat(TokenStream),
    /// Anything without active data, passed through.
    Constant(Expr),
    Zip(Box<Iter>, Box<Iter>),
    Chain(Box<Iter>, Box<Iter>),
    Enumerate(Box<Iter>),
    Rev(Box<Iter>),
    Take(Box<Iter>, TokenStream),
    Skip(Box<Iter>, TokenStream),
    StepBy(Box<Iter>, TokenStream),
    Copied(Box<Iter>),
    Map(Box<Iter>, Func),
    Inspect(Box<Iter>, Func),
    Filter(Box<Iter>, Func),
    FilterMap(Box<Iter>, Func),
    TakeWhile(Box<Iter>, Func),
    SkipWhile(Box<Iter>, Func),
    MapWhile(Box<Iter>, Func),
    /// The name of the state, and the closure.
    Scan(Box<Iter>, Ident, Func),
    FlatMap(Box<Iter>, Func),
    Flatten(Box<Iter>),
}
