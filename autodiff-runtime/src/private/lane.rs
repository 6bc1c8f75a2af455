//! The scalars of tangents: one number, or several directions at once.

use super::{AddFrom, Clear, Companion, Tree};
use crate::Scalar;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// A linear space over the floats `B`: what the tangent of one number can be.
pub trait Lane<B>:
    Copy
    + Debug
    + Default
    + PartialEq
    + Clear
    + AddFrom<Self>
    + Companion<Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + Mul<B, Output = Self>
    + Div<B, Output = Self>
    + Tree<Self>
    + 'static
{
    /// The zero tangent.
    fn zero() -> Self;

    /// How many directions there are.
    const LANES: usize;

    /// The derivative in direction `k`.
    fn lane(&self, k: usize) -> B;

    /// Sets the derivative in direction `k`.
    fn set_lane(&mut self, k: usize, value: B);
}

/// What tangents can be made of: the scalars of any [`Lane`], or the nodes of a printable trace.
pub trait Coordinate: Copy + Debug + Default + PartialEq + 'static {}

impl<V: Copy + Debug + Default + PartialEq + 'static> Coordinate for V {}

impl<S: Scalar + 'static> Lane<S> for S {
    const LANES: usize = 1;

    #[inline]
    fn zero() -> S {
        S::default()
    }

    #[inline]
    fn lane(&self, _: usize) -> S {
        *self
    }

    #[inline]
    fn set_lane(&mut self, _: usize, value: S) {
        *self = value;
    }
}

/// Visits the numbers of two trees of one shape in pairs.
#[inline]
fn pairs<V: Copy, W, A, B>(from: &A, to: &mut B, mut visit: impl FnMut(V, &mut W))
where
    A: Tree<V> + ?Sized,
    B: Tree<W> + ?Sized,
{
    // A single number, as often as not, needs no list.
    let (mut only, mut count) = (None, 0_usize);
    from.leaves(&mut |leaf| {
        only = Some(*leaf);
        count += 1;
    });
    if count == 1 {
        return to.leaves_mut(&mut |leaf| only.into_iter().for_each(|value| visit(value, leaf)));
    }
    let mut values = Vec::with_capacity(count);
    from.leaves(&mut |leaf| values.push(*leaf));
    let mut values = values.into_iter();
    to.leaves_mut(&mut |leaf| {
        values
            .next()
            .into_iter()
            .for_each(|value| visit(value, leaf))
    });
}

/// Writes direction `k` of a tangent into one over plain floats.
#[inline]
pub fn take_lane<V, B, D, T>(from: &D, to: &mut T, k: usize)
where
    V: Lane<B>,
    D: Tree<V> + ?Sized,
    T: Tree<B> + ?Sized,
{
    pairs(from, to, |from: V, to: &mut B| *to = from.lane(k));
}

/// Writes a tangent over plain floats into direction `k` of another.
#[inline]
pub fn put_lane<V, B, T, D>(from: &T, to: &mut D, k: usize)
where
    V: Lane<B>,
    B: Copy,
    T: Tree<B> + ?Sized,
    D: Tree<V> + ?Sized,
{
    pairs(from, to, |from: B, to: &mut V| to.set_lane(k, from));
}

/// Adds an adjoint over plain floats to lane `k` of another, if there is one.
#[inline]
pub fn add_lane<V, B, T, D>(from: &T, to: Option<&mut D>, k: usize)
where
    V: Lane<B>,
    B: Scalar,
    T: Tree<B> + ?Sized,
    D: Tree<V> + ?Sized,
{
    if let Some(to) = to {
        pairs(from, to, |from: B, to: &mut V| {
            to.set_lane(k, to.lane(k) + from)
        });
    }
}

/// The tangents of one number in `N` directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes<B, const N: usize>(pub [B; N]);

impl<B: Copy + Default, const N: usize> Default for Lanes<B, N> {
    #[inline]
    fn default() -> Self {
        Lanes([B::default(); N])
    }
}

impl<B: Scalar + 'static, const N: usize> Lane<B> for Lanes<B, N> {
    const LANES: usize = N;

    #[inline]
    fn zero() -> Self {
        Self::default()
    }

    #[inline]
    fn lane(&self, k: usize) -> B {
        self.0[k]
    }

    #[inline]
    fn set_lane(&mut self, k: usize, value: B) {
        self.0[k] = value;
    }
}

impl<B: Scalar, const N: usize> Mul<B> for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn mul(mut self, factor: B) -> Self {
        self.0.iter_mut().for_each(|lane| *lane *= factor);
        self
    }
}

impl<B: Scalar, const N: usize> Div<B> for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn div(mut self, divisor: B) -> Self {
        self.0.iter_mut().for_each(|lane| *lane /= divisor);
        self
    }
}

impl<B: Copy + AddAssign, const N: usize> Add for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl<B: Copy + SubAssign, const N: usize> Sub for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}

impl<B: Copy + Neg<Output = B>, const N: usize> Neg for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn neg(mut self) -> Self {
        self.0.iter_mut().for_each(|lane| *lane = -*lane);
        self
    }
}

impl<B: Copy + AddAssign, const N: usize> AddAssign for Lanes<B, N> {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        for (lane, more) in self.0.iter_mut().zip(other.0) {
            *lane += more;
        }
    }
}

impl<B: Copy + SubAssign, const N: usize> SubAssign for Lanes<B, N> {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        for (lane, less) in self.0.iter_mut().zip(other.0) {
            *lane -= less;
        }
    }
}
