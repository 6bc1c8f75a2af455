//! Arguments over other scalars: what the `_scalar` form of a function gets and returns.

use autodiff_runtime::nalgebra::{self, DMatrix};
use autodiff_runtime::{Dual, Tape, Trace, Var};

use super::Argument;
use crate::flat::Flat;

/// The same shape with other numbers in it.
pub trait Lift {
    /// This type with `S` for its floats.
    type Over<S>;

    /// Each float, in order, turned into a scalar.
    fn lifted<S>(&self, make: &mut impl FnMut(f64) -> S) -> Self::Over<S>;
}

impl Lift for f64 {
    type Over<S> = S;

    fn lifted<S>(&self, make: &mut impl FnMut(f64) -> S) -> S {
        make(*self)
    }
}

impl Lift for f32 {
    type Over<S> = S;

    fn lifted<S>(&self, make: &mut impl FnMut(f64) -> S) -> S {
        make(f64::from(*self))
    }
}

impl<T: Lift, const N: usize> Lift for [T; N] {
    type Over<S> = [T::Over<S>; N];

    fn lifted<S>(&self, make: &mut impl FnMut(f64) -> S) -> Self::Over<S> {
        std::array::from_fn(|i| self[i].lifted(make))
    }
}

impl<T: Lift> Lift for Vec<T> {
    type Over<S> = Vec<T::Over<S>>;

    fn lifted<S>(&self, make: &mut impl FnMut(f64) -> S) -> Self::Over<S> {
        self.iter().map(|element| element.lifted(make)).collect()
    }
}

/// The scalars of a result, in order.
pub trait Lower<S> {
    /// Appends them to `out`.
    fn scalars(&self, out: &mut Vec<S>);
}

impl Lower<Dual> for Dual {
    fn scalars(&self, out: &mut Vec<Dual>) {
        out.push(*self);
    }
}

impl<'t> Lower<Var<'t>> for Var<'t> {
    fn scalars(&self, out: &mut Vec<Var<'t>>) {
        out.push(*self);
    }
}

impl<S> Lower<S> for () {
    fn scalars(&self, _: &mut Vec<S>) {}
}

impl<S, T: Lower<S>, const N: usize> Lower<S> for [T; N] {
    fn scalars(&self, out: &mut Vec<S>) {
        self.iter().for_each(|element| element.scalars(out));
    }
}

impl<S, T: Lower<S>> Lower<S> for Vec<T> {
    fn scalars(&self, out: &mut Vec<S>) {
        self.iter().for_each(|element| element.scalars(out));
    }
}

impl<S, A: Lower<S>, B: Lower<S>> Lower<S> for (A, B) {
    fn scalars(&self, out: &mut Vec<S>) {
        self.0.scalars(out);
        self.1.scalars(out);
    }
}

/// The argument as dual numbers, its tangent in their tangents.
pub fn dual<T: Flat + Lift>(argument: &Argument<T>) -> T::Over<Dual> {
    let mut dots = argument.tangent.to_floats().into_iter();
    argument
        .value
        .lifted(&mut |x| Dual::new(x, dots.next().unwrap_or(f64::NAN)))
}

/// The argument as new variables of a tape, which are listed in `leaves` too.
pub fn recorded<'t, T: Flat + Lift>(
    argument: &Argument<T>,
    tape: &'t Tape,
    leaves: &mut Vec<Var<'t>>,
) -> T::Over<Var<'t>> {
    argument.value.lifted(&mut |x| {
        let leaf = tape.var(x);
        leaves.push(leaf);
        leaf
    })
}

/// Values and tangents.
pub fn split(duals: &[Dual]) -> (Vec<f64>, Vec<f64>) {
    (
        duals.iter().map(|d| d.value).collect(),
        duals.iter().map(|d| d.tangent).collect(),
    )
}

/// Values of the outputs, and adjoints of the leaves by the cotangents `w` of the outputs.
pub fn swept(
    tape: &Tape,
    outputs: &[Var<'_>],
    leaves: &[Var<'_>],
    w: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let seeds: Vec<_> = outputs.iter().copied().zip(w.iter().copied()).collect();
    let adjoints = tape.pull_back(&seeds);
    (
        outputs.iter().map(|y| y.value()).collect(),
        leaves.iter().map(|&x| adjoints[x]).collect(),
    )
}

/// The gradient in the adjoint column of a trace.
pub fn traced(trace: &Trace) -> Vec<f64> {
    trace.gradient()
}

/// The entries of a matrix row by row.
pub fn rows<T: nalgebra::Scalar + Into<f64>>(matrix: &DMatrix<T>) -> Vec<f64> {
    matrix
        .transpose()
        .iter()
        .map(|entry| entry.clone().into())
        .collect()
}
