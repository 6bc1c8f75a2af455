//! `Option` and `Result`: values that may not be there, and functions that may not give one.
//!
//! The tangent of either is an `Option` of the tangent of what it holds, there if the value is.

use super::{AddFrom, Clear, Count, Inputs, Lift, Lower, Placeholder, SameShape, Tree, ZeroLike};
use crate::trace::{Node, Trace};

/// Something that may hold a value.
pub trait Payload {
    /// What it holds.
    type Inner;

    /// Whether it does.
    fn is_there(&self) -> bool;

    /// The value; the caller knows that there is one.
    fn payload(&self) -> &Self::Inner;

    /// The same, to change.
    fn payload_mut(&mut self) -> &mut Self::Inner;
}

impl<T> Payload for Option<T> {
    type Inner = T;

    #[inline]
    fn is_there(&self) -> bool {
        self.is_some()
    }

    #[inline]
    fn payload(&self) -> &T {
        match self {
            Some(value) => value,
            None => unreachable!("generated code has looked before"),
        }
    }

    #[inline]
    fn payload_mut(&mut self) -> &mut T {
        match self {
            Some(value) => value,
            None => unreachable!("generated code has looked before"),
        }
    }
}

impl<T, E> Payload for Result<T, E> {
    type Inner = T;

    #[inline]
    fn is_there(&self) -> bool {
        self.is_ok()
    }

    #[inline]
    fn payload(&self) -> &T {
        match self {
            Ok(value) => value,
            Err(_) => unreachable!("generated code has looked before"),
        }
    }

    #[inline]
    fn payload_mut(&mut self) -> &mut T {
        match self {
            Ok(value) => value,
            Err(_) => unreachable!("generated code has looked before"),
        }
    }
}

/// Whether there is a value.
#[inline]
pub fn is_there<T: Payload>(value: &T) -> bool {
    value.is_there()
}

/// The value inside; the caller knows that there is one.
#[inline]
pub fn payload<T: Payload>(value: &T) -> &T::Inner {
    value.payload()
}

/// The value inside, to change.
#[inline]
pub fn payload_mut<T: Payload>(value: &mut T) -> &mut T::Inner {
    value.payload_mut()
}

/// What a function that may fail returns.
pub trait Fallible: Sized {
    /// The value.
    type Value;
    /// Why there is none.
    type Failure;

    /// From a value.
    fn succeed(value: Self::Value) -> Self;

    /// From a failure.
    fn fail(failure: Self::Failure) -> Self;

    /// One or the other.
    fn split(self) -> Result<Self::Value, Self::Failure>;
}

impl<T> Fallible for Option<T> {
    type Value = T;
    type Failure = ();

    #[inline]
    fn succeed(value: T) -> Self {
        Some(value)
    }

    #[inline]
    fn fail((): ()) -> Self {
        None
    }

    #[inline]
    fn split(self) -> Result<T, ()> {
        self.ok_or(())
    }
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Failure = E;

    #[inline]
    fn succeed(value: T) -> Self {
        Ok(value)
    }

    #[inline]
    fn fail(failure: E) -> Self {
        Err(failure)
    }

    #[inline]
    fn split(self) -> Self {
        self
    }
}

/// The value, as the function returns it.
#[inline]
pub fn succeed<R: Fallible>(value: R::Value) -> R {
    R::succeed(value)
}

/// The failure, as the function returns it.
#[inline]
pub fn fail<R: Fallible>(failure: R::Failure) -> R {
    R::fail(failure)
}

/// The failure of `from`, as another function returns it: what `?` does.
#[inline]
pub fn propagate<A: Fallible, R: Fallible>(from: A) -> R
where
    R::Failure: From<A::Failure>,
{
    match from.split() {
        Ok(_) => unreachable!("generated code has looked before"),
        Err(failure) => R::fail(failure.into()),
    }
}

/// The same failure, as a function with another value returns it.
#[inline]
pub fn fail_alike<A: Fallible, R: Fallible<Failure = A::Failure>>(from: A) -> R {
    match from.split() {
        Ok(_) => unreachable!("generated code has looked before"),
        Err(failure) => R::fail(failure),
    }
}

/// The value of a function that is known not to fail.
#[inline]
pub fn succeeded<A: Fallible>(outcome: A) -> A::Value {
    match outcome.split() {
        Ok(value) => value,
        Err(_) => unreachable!("the function has succeeded before"),
    }
}

/// Any value of the type, in code that is never run.
pub fn never<T>() -> T {
    unreachable!("the function has not been differentiated")
}

/// Value and companion, each of which may not be there.
#[inline]
pub fn apart<A, B, R, O>(outcome: R) -> (O, Option<B>)
where
    R: Fallible<Value = (A, B)>,
    O: Fallible<Value = A, Failure = R::Failure>,
{
    match outcome.split() {
        Ok((value, companion)) => (O::succeed(value), Some(companion)),
        Err(failure) => (O::fail(failure), None),
    }
}

/// Value, tangent and pullback, each of which may not be there.
#[inline]
pub fn three_apart<A, B, C, R, O>(outcome: R) -> (O, Option<B>, Option<C>)
where
    R: Fallible<Value = (A, B, C)>,
    O: Fallible<Value = A, Failure = R::Failure>,
{
    match outcome.split() {
        Ok((value, tangent, pullback)) => (O::succeed(value), Some(tangent), Some(pullback)),
        Err(failure) => (O::fail(failure), None, None),
    }
}

impl<V, T: ZeroLike<V>> ZeroLike<V> for Option<T> {
    type Outline = Option<T::Outline>;
    type Zero = Option<T::Zero>;

    #[inline]
    fn outline(&self) -> Self::Outline {
        self.as_ref().map(T::outline)
    }

    #[inline]
    fn zero_of(outline: &Self::Outline) -> Self::Zero {
        outline.as_ref().map(T::zero_of)
    }
}

impl<V, T: ZeroLike<V>, E> ZeroLike<V> for Result<T, E> {
    type Outline = Option<T::Outline>;
    type Zero = Option<T::Zero>;

    #[inline]
    fn outline(&self) -> Self::Outline {
        self.as_ref().ok().map(T::outline)
    }

    #[inline]
    fn zero_of(outline: &Self::Outline) -> Self::Zero {
        outline.as_ref().map(T::zero_of)
    }
}

impl<V, T: Tree<V>> Tree<V> for Option<T> {
    #[inline]
    fn leaves(&self, visit: &mut impl FnMut(&V)) {
        if let Some(value) = self {
            value.leaves(visit);
        }
    }

    #[inline]
    fn leaves_mut(&mut self, visit: &mut impl FnMut(&mut V)) {
        if let Some(value) = self {
            value.leaves_mut(visit);
        }
    }
}

impl<A: AddFrom<B>, B> AddFrom<Option<B>> for Option<A> {
    #[inline]
    fn add_from(&mut self, other: &Option<B>) {
        if let (Some(value), Some(more)) = (self, other) {
            value.add_from(more);
        }
    }
}

impl<T: Clear> Clear for Option<T> {
    #[inline]
    fn clear(&mut self) {
        if let Some(value) = self {
            value.clear();
        }
    }
}

impl<A: SameShape<B>, B> SameShape<Option<B>> for Option<A> {
    #[inline]
    fn mismatch(&self, companion: &Option<B>) -> Option<(usize, usize)> {
        match (self, companion) {
            (Some(value), Some(companion)) => value.mismatch(companion),
            (None, None) => None,
            _ => Some((
                usize::from(self.is_some()),
                usize::from(companion.is_some()),
            )),
        }
    }
}

impl<T: Count> Count for Option<T> {
    #[inline]
    fn count(&self) -> usize {
        self.as_ref().map_or(0, T::count)
    }
}

impl<T: Inputs> Inputs for Option<T> {
    fn inputs(&self, trace: &mut Trace, name: &str) -> <Self as ZeroLike<Node>>::Zero {
        self.as_ref().map(|value| value.inputs(trace, name))
    }
}

impl<T> Placeholder for Option<T> {
    #[inline]
    fn placeholder() -> Self {
        None
    }
}

impl<T: Placeholder, E> Placeholder for Result<T, E> {
    #[inline]
    fn placeholder() -> Self {
        Ok(T::placeholder())
    }
}

impl<T: Lower> Lower for Option<T> {
    type Plain = Option<T::Plain>;

    fn lower(&self) -> Self::Plain {
        self.as_ref().map(T::lower)
    }
}

impl<L, T: Lift<L>> Lift<Option<L>> for Option<T> {
    fn lift(&self) -> Option<L> {
        self.as_ref().map(T::lift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::{accumulate, clear, zero_like};

    #[test]
    fn tangents_are_there_where_values_are() {
        let missing: Result<[f64; 2], String> = Err("singular".to_string());
        assert_eq!(zero_like::<f64, _>(&missing), None);
        let mut bar = zero_like::<f64, _>(&Some([1.0, 2.0]));
        accumulate(&mut bar, &Some([3.0, 4.0]));
        assert_eq!(bar, Some([3.0, 4.0]));
        clear(&mut bar);
        assert_eq!(bar, Some([0.0, 0.0]));
    }

    #[test]
    fn failures_are_handed_on() {
        let from: Result<f64, u8> = Err(3);
        let to: Result<(), u32> = propagate(from);
        assert_eq!(to, Err(3));
        let (value, dot): (Option<f64>, Option<f32>) = apart(Some((1.0, 2.0)));
        assert_eq!((value, dot), (Some(1.0), Some(2.0)));
    }
}
