//! From one rule to every mode.

// Values come with their tangents, operands in pairs.
#![allow(clippy::type_complexity)]

use super::spaces::{Constants, Float, Real, Space};
use crate::private::Lane;
use crate::trace::{Node, Trace};
use crate::{Dual, Scalar};

/// A tangent or adjoint of a value in the space `S`, over `V`.
pub type Tan<S, V> = <S as Space>::Tan<V>;
/// A value in the space `S` over `T`.
pub type Of<S, T> = <S as Space>::Of<T>;

/// An operation on values in `A` and `B` with values in `Y`.
pub trait Rule<A: Space, B: Space, Y: Space>: Clone + 'static {
    /// Whether the pullback reads the result.
    const READS_RESULT: bool = false;
    /// How it reads in a printable trace.
    const NAME: &'static str;

    /// The value.
    fn primal<T: Real>(&self, a: &Of<A, T>, b: &Of<B, T>) -> Of<Y, T>;

    /// The value on numbers that carry tangents: another formula where that of `nalgebra` takes a
    /// branch on which they get lost.
    fn on_duals<T: Real>(&self, a: &Of<A, T>, b: &Of<B, T>) -> Of<Y, T> {
        self.primal(a, b)
    }

    /// Adds to the adjoints of the operands. The result is there if the rule reads it.
    ///
    /// By default one coordinate after the other, by duals: for operands of a few coordinates.
    fn pullback<T: Real>(
        &self,
        (a, b): (&Of<A, T>, &Of<B, T>),
        _result: Option<&Of<Y, T>>,
        seed: &Tan<Y, T>,
        (a_bar, b_bar): (Option<&mut Tan<A, T>>, Option<&mut Tan<B, T>>),
    ) {
        let still = |_: usize| T::zero_();
        let along = |y: Of<Y, Dual<T>>| {
            let parts = (0..Y::len(&y)).map(|j| Y::at(&y, j).tangent * Y::get(seed, j));
            parts.fold(T::zero_(), |sum, part| sum + part)
        };
        if let Some(bar) = a_bar {
            let b = B::lift(b, &still);
            for k in 0..A::len(a) {
                let a = A::lift(a, &|j| T::number(f64::from(u8::from(j == k))));
                *A::get_mut(bar, k) += along(self.on_duals(&a, &b));
            }
        }
        if let Some(bar) = b_bar {
            let a = A::lift(a, &still);
            for k in 0..B::len(b) {
                let b = B::lift(b, &|j| T::number(f64::from(u8::from(j == k))));
                *B::get_mut(bar, k) += along(self.on_duals(&a, &b));
            }
        }
    }
}

/// The operands that a pullback is given again. Without them it would have to leave its part out of
/// the gradient.
pub fn again<'a, A, B>(a: Option<&'a A>, b: Option<&'a B>) -> (&'a A, &'a B) {
    a.zip(b)
        .expect("a pullback of a matrix operation is given its operands again")
}

/// An operand with the tangent that it may have, in direction `k`.
fn lifted<S: Space, F: Real, V: Lane<F>>(
    x: &Of<S, F>,
    dot: Option<&Tan<S, V>>,
    k: usize,
) -> Of<S, Dual<F>> {
    match dot {
        Some(dot) => S::lift(x, &|j| S::get(dot, j).lane(k)),
        None => S::lift(x, &|_| <F as Scalar>::zero()),
    }
}

/// The tangent of a value, over `V`.
pub fn push<A, B, Y, F, V, K>(
    rule: &K,
    (a, a_dot): (&Of<A, F>, Option<&Tan<A, V>>),
    (b, b_dot): (&Of<B, F>, Option<&Tan<B, V>>),
    value: &Of<Y, F>,
) -> Tan<Y, V>
where
    A: Space,
    B: Space,
    Y: Space,
    F: Float,
    V: Lane<F>,
    K: Rule<A, B, Y>,
{
    let mut tangent = Y::zero::<F, V>(value);
    if a_dot.is_none() && b_dot.is_none() {
        return tangent;
    }
    for k in 0..V::LANES {
        let along = rule.on_duals(
            &lifted::<A, F, V>(a, a_dot, k),
            &lifted::<B, F, V>(b, b_dot, k),
        );
        for j in 0..Y::len(&along) {
            Y::get_mut(&mut tangent, j).set_lane(k, Y::at(&along, j).tangent);
        }
    }
    tangent
}

/// Adjoints with tangents: adds to those that the caller gives.
#[allow(clippy::too_many_arguments)]
pub fn pull_dual<A, B, Y, F, K>(
    rule: &K,
    (a, a_dot): (&Of<A, F>, Option<&Tan<A, F>>),
    (b, b_dot): (&Of<B, F>, Option<&Tan<B, F>>),
    (value, seed, seed_dot): (&Of<Y, F>, &Tan<Y, F>, &Tan<Y, F>),
    (a_bar, a_bar_dot): (Option<&mut Tan<A, F>>, Option<&mut Tan<A, F>>),
    (b_bar, b_bar_dot): (Option<&mut Tan<B, F>>, Option<&mut Tan<B, F>>),
) where
    A: Space,
    B: Space,
    Y: Space,
    F: Float,
    K: Rule<A, B, Y>,
{
    let (a, b) = (
        lifted::<A, F, F>(a, a_dot, 0),
        lifted::<B, F, F>(b, b_dot, 0),
    );
    let result = K::READS_RESULT.then(|| rule.on_duals(&a, &b));
    let seed = Y::tangent(value, &mut |k| {
        Dual::new(Y::get(seed, k), Y::get(seed_dot, k))
    });
    let wanted = (
        a_bar.is_some() || a_bar_dot.is_some(),
        b_bar.is_some() || b_bar_dot.is_some(),
    );
    let mut a_duals = wanted.0.then(|| A::zero::<_, Dual<F>>(&a));
    let mut b_duals = wanted.1.then(|| B::zero::<_, Dual<F>>(&b));
    rule.pullback(
        (&a, &b),
        result.as_ref(),
        &seed,
        (a_duals.as_mut(), b_duals.as_mut()),
    );
    add_parts::<A, F>(A::len(&a), a_duals, a_bar, a_bar_dot);
    add_parts::<B, F>(B::len(&b), b_duals, b_bar, b_bar_dot);
}

fn add_parts<S: Space, F: Float>(
    len: usize,
    duals: Option<Tan<S, Dual<F>>>,
    mut bar: Option<&mut Tan<S, F>>,
    mut bar_dot: Option<&mut Tan<S, F>>,
) {
    let Some(duals) = duals else { return };
    for k in 0..len {
        let dual = S::get(&duals, k);
        if let Some(bar) = &mut bar {
            *S::get_mut(bar, k) += dual.value;
        }
        if let Some(bar_dot) = &mut bar_dot {
            *S::get_mut(bar_dot, k) += dual.tangent;
        }
    }
}

/// Enters the numbers of a result into a printable trace.
pub fn record<A, B, Y, F, K>(
    rule: &K,
    (a, a_nodes): (&Of<A, F>, Option<&Tan<A, Node>>),
    (b, b_nodes): (&Of<B, F>, Option<&Tan<B, Node>>),
    value: &Of<Y, F>,
    trace: &mut Trace,
) -> Tan<Y, Node>
where
    A: Space,
    B: Space,
    Y: Space,
    F: Float,
    K: Rule<A, B, Y>,
{
    let count = Y::len(value);
    Y::tangent(value, &mut |row| {
        let seed = Y::tangent(value, &mut |k| F::number(f64::from(u8::from(k == row))));
        let mut a_bar = a_nodes.map(|_| A::zero::<F, F>(a));
        let mut b_bar = b_nodes.map(|_| B::zero::<F, F>(b));
        let result = K::READS_RESULT.then_some(value);
        rule.pullback((a, b), result, &seed, (a_bar.as_mut(), b_bar.as_mut()));
        let mut parents = parents::<A, F>(A::len(a), a_nodes, a_bar.as_ref());
        parents.extend(parents_of::<B, F>(B::len(b), b_nodes, b_bar.as_ref()));
        if parents.is_empty() {
            return Node::NONE;
        }
        let names: Vec<String> = (0..parents.len()).map(|k| format!("{{{k}}}")).collect();
        let part = match count {
            1 => String::new(),
            _ => format!("[{row}]"),
        };
        let template = format!("{}({}){part}", K::NAME, names.join(", "));
        trace.equation(
            "",
            &template,
            Scalar::to_f64(Y::at(value, row)),
            &parents,
            &[],
        )
    })
}

use parents as parents_of;

/// The nodes that a number depends on, with the partials.
fn parents<S: Space, F: Float>(
    len: usize,
    nodes: Option<&Tan<S, Node>>,
    partials: Option<&Tan<S, F>>,
) -> Vec<(Node, f64)> {
    let (Some(nodes), Some(partials)) = (nodes, partials) else {
        return Vec::new();
    };
    (0..len)
        .map(|k| (S::get(nodes, k), Scalar::to_f64(S::get(partials, k))))
        .filter(|(node, partial)| *node != Node::NONE && *partial != 0.0)
        .collect()
}

/// The result, for a pullback that reads it.
pub fn kept<A, B, Y, F, K>(_: &K, value: &Of<Y, F>) -> Option<Of<Y, F>>
where
    A: Space,
    B: Space,
    Y: Space,
    F: Float,
    K: Rule<A, B, Y>,
{
    K::READS_RESULT.then(|| value.clone())
}

/// Value and tangent.
pub fn jvp<A, B, Y, F, V, K>(
    rule: &K,
    (a, a_dot): (&Of<A, F>, Option<&Tan<A, V>>),
    (b, b_dot): (&Of<B, F>, Option<&Tan<B, V>>),
) -> (Of<Y, F>, Tan<Y, V>)
where
    A: Space,
    B: Space,
    Y: Space,
    F: Float,
    V: Lane<F>,
    K: Rule<A, B, Y>,
{
    let value = rule.primal(a, b);
    let tangent = push::<A, B, Y, F, V, K>(rule, (a, a_dot), (b, b_dot), &value);
    (value, tangent)
}
