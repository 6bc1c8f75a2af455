//! A number on a tape.

use std::cmp::Ordering;
use std::fmt;

use autodiff_macros::with_rules;

use super::{Adjoints, Node, Tape, rules};
use crate::Scalar;
use crate::scalar::{inherent_methods, left_operators, scalar_methods, scalar_operators};

/// A number whose operations its [`Tape`] records. Constants belong to no tape and are not recorded.
///
/// Comparisons see the value alone.
#[derive(Clone, Copy)]
pub struct Var<'t, T = f64> {
    value: T,
    /// Number of the node; 0 for a constant.
    node: u32,
    /// Present if and only if the number is not a constant.
    tape: Option<&'t Tape<T>>,
}

impl<'t, T: Scalar> Var<'t, T> {
    /// A number that is no variable.
    #[inline]
    pub fn constant(value: T) -> Self {
        Self {
            value,
            node: 0,
            tape: None,
        }
    }

    #[inline]
    pub(super) fn on(tape: &'t Tape<T>, value: T, node: u32) -> Self {
        Self {
            value,
            node,
            tape: Some(tape),
        }
    }

    /// The value.
    #[inline]
    pub fn value(self) -> T {
        self.value
    }

    #[inline]
    pub(super) fn node(self) -> u32 {
        self.node
    }

    #[inline]
    pub(super) fn tape(self) -> Option<&'t Tape<T>> {
        self.tape
    }

    /// Records an operation of your own: its value, and its partial by each operand.
    ///
    /// ```
    /// use autodiff_runtime::{Tape, Var};
    ///
    /// let tape = Tape::new();
    /// let x = tape.vars(&[1.0, 2.0, 3.0]);
    /// let squares = x.iter().map(|x| x.value() * x.value()).sum();
    /// let partials: Vec<_> = x.iter().map(|&x| (x, 2.0 * x.value())).collect();
    ///
    /// let y = Var::with_partials(squares, &partials);
    /// assert_eq!(y.adjoints()[x[2]], 6.0);
    /// ```
    ///
    /// # Panics
    ///
    /// If the operands belong to different tapes.
    pub fn with_partials(value: T, operands: &[(Self, T)]) -> Self {
        match operands {
            [] => Self::constant(value),
            &[operand] => Self::record(value, [operand]),
            &[first, second] => Self::record(value, [first, second]),
            // Longer sums are chains: each node adds one operand to the sum so far.
            &[first, second, ref further @ ..] => {
                let add = |sum, &operand| Self::record(value, [(sum, T::one()), operand]);
                further
                    .iter()
                    .fold(Self::record(value, [first, second]), add)
            }
        }
    }

    /// Records an operation with `K` operands. For one and for two the loops unroll to nothing.
    #[inline(always)]
    pub(super) fn record<const K: usize>(value: T, operands: [(Self, T); K]) -> Self {
        let mut tape = None;
        for (operand, _) in operands {
            tape = common(tape, operand.tape);
        }
        let Some(tape) = tape else {
            return Self::constant(value);
        };
        let mut node = Node::leaf();
        for (place, (operand, partial)) in operands.into_iter().enumerate() {
            if place >= 2 {
                node = Node::sum(tape.nodes.push(node));
            }
            node.set(place.min(1), operand.node, partial);
        }
        Self::on(tape, value, tape.nodes.push(node))
    }

    /// The partials of this number by everything it was computed from.
    pub fn adjoints(self) -> Adjoints<'t, T> {
        match self.tape {
            Some(tape) => tape.pull_back(&[(self, T::one())]),
            None => Adjoints::none(),
        }
    }

    with_rules!(inherent_methods, rules);
}

/// The one tape of two operands, unless both are constants.
#[inline]
fn common<'t, T>(one: Option<&'t Tape<T>>, other: Option<&'t Tape<T>>) -> Option<&'t Tape<T>> {
    if let (Some(one), Some(other)) = (one, other) {
        assert_same(one, other);
    }
    one.or(other)
}

#[inline]
pub(super) fn assert_same<T>(tape: &Tape<T>, other: &Tape<T>) {
    assert!(
        std::ptr::eq(tape, other),
        "a variable belongs to another tape"
    );
}

impl<T: Scalar> Scalar for Var<'_, T> {
    type Base = T::Base;

    #[inline]
    fn from_f64(value: f64) -> Self {
        Self::constant(T::from_f64(value))
    }

    #[inline]
    fn from_base(value: T::Base) -> Self {
        Self::constant(T::from_base(value))
    }

    #[inline]
    fn base(self) -> T::Base {
        self.value.base()
    }

    #[inline]
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }

    /// A variable is not zero, whatever its value: it moves.
    #[inline]
    fn is_all_zero(self) -> bool {
        self.node == 0 && self.value.is_all_zero()
    }

    with_rules!(scalar_methods);
}

scalar_operators!(['t, T: Scalar] Var<'t, T>, constant T, rules);
left_operators!(['t] f32, Var<'t, f32>);
left_operators!(['t] f64, Var<'t, f64>);

impl<T: Scalar> From<T> for Var<'_, T> {
    fn from(value: T) -> Self {
        Self::constant(value)
    }
}

impl<T: Scalar> Default for Var<'_, T> {
    fn default() -> Self {
        Self::constant(T::default())
    }
}

impl<T: Scalar> PartialEq for Var<'_, T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Scalar> PartialOrd for Var<'_, T> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Var")
            .field("value", &self.value)
            .field("node", &self.node)
            .finish()
    }
}

impl<T: fmt::Display> fmt::Display for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_not_recorded() {
        let tape = Tape::new();
        let x = tape.var(2.0);
        let two = Var::constant(2.0).sqrt() * Var::from(3.0);
        assert_eq!(tape.len(), 1);
        let y = x * two;
        assert_eq!(tape.len(), 2);
        assert_eq!(y.adjoints()[x], 3.0 * 2.0_f64.sqrt());
    }

    #[test]
    fn three_operands_take_two_nodes() {
        let tape = Tape::new();
        let [x, a, b] = [2.0, 3.0, 4.0].map(|value| tape.var(value));
        let y = x.mul_add(a, b);
        assert_eq!(tape.len(), 5);
        let adjoints = y.adjoints();
        assert_eq!([x, a, b].map(|v| adjoints[v]), [3.0, 2.0, 1.0]);
    }

    #[test]
    fn an_operand_may_occur_twice() {
        let tape = Tape::new();
        let x = tape.var(3.0);
        assert_eq!((x * x).adjoints()[x], 6.0);
        let y = Var::with_partials(0.0, &[(x, 1.0), (x, 2.0), (x, 4.0), (x, 8.0)]);
        assert_eq!(y.adjoints()[x], 15.0);
    }
}
