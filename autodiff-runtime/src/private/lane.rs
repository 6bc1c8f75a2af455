//! The scalars of tangents: one number, or several directions at once.

use super::{Clear, Companion};
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
    + Companion<Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + Mul<B, Output = Self>
    + Div<B, Output = Self>
{
    /// The zero tangent.
    fn zero() -> Self;
}

/// What tangents can be made of: the scalars of any [`Lane`], or the nodes of a printable trace.
pub trait Coordinate: Copy + Debug + Default + PartialEq {}

impl<V: Copy + Debug + Default + PartialEq> Coordinate for V {}

impl<S: Scalar> Lane<S> for S {
    #[inline]
    fn zero() -> S {
        S::default()
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

impl<B: Scalar, const N: usize> Lane<B> for Lanes<B, N> {
    #[inline]
    fn zero() -> Self {
        Self::default()
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
