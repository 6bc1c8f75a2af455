//! The sweep back.

use std::fmt;
use std::ops::Index;

use super::var::assert_same;
use super::{Tape, Var};
use crate::Scalar;

/// The adjoints of everything on a tape with respect to one output, or to a sum of outputs with
/// given cotangents. Indexed by variable, whether input or intermediate.
///
/// ```
/// use autodiff_runtime::Tape;
///
/// let tape = Tape::new();
/// let x = tape.var(0.5);
/// let inner = x * x;
/// let y = inner.exp();
///
/// let adjoints = y.adjoints();
/// assert_eq!(adjoints[inner], 0.25_f64.exp());
/// assert_eq!(adjoints[x], 0.25_f64.exp());
/// ```
pub struct Adjoints<'t, T: Scalar = f64> {
    /// Absent if the output was a constant.
    tape: Option<&'t Tape<T>>,
    /// By node; the entry 0, that of constants, is always zero.
    values: Vec<T>,
    zero: T,
}

impl<'t, T: Scalar> Adjoints<'t, T> {
    pub(super) fn none() -> Self {
        Self {
            tape: None,
            values: Vec::new(),
            zero: T::zero(),
        }
    }

    pub(super) fn sweep(tape: &'t Tape<T>, outputs: &[(Var<'_, T>, T)]) -> Self {
        for tape_of_output in outputs.iter().filter_map(|(var, _)| var.tape()) {
            assert_same(tape, tape_of_output);
        }
        let last = outputs.iter().map(|(var, _)| var.node()).max().unwrap_or(0);
        let mut values = tape.spare.take();
        values.clear();
        values.resize(last as usize + 1, T::zero());
        for &(output, cotangent) in outputs {
            values[output.node() as usize] += cotangent;
        }
        if last > 0 {
            propagate(tape, last, &mut values);
        }
        values[0] = T::zero();
        Self {
            tape: Some(tape),
            values,
            zero: T::zero(),
        }
    }

    /// The adjoints of all nodes up to the output, in the order of recording.
    pub(super) fn in_order(&self) -> &[T] {
        self.values.get(1..).unwrap_or_default()
    }

    /// The adjoint of a variable; 0 for a constant and for whatever the output does not depend on.
    ///
    /// # Panics
    ///
    /// If the variable belongs to another tape.
    #[inline]
    pub fn wrt(&self, variable: Var<'_, T>) -> T {
        self[variable]
    }
}

/// The linear equations of the nodes, transposed, from the last to the first.
///
/// Most operations read the result of the one before. Its adjoint is carried along in a register:
/// through memory each step would wait for the store of the last.
fn propagate<T: Scalar>(tape: &Tape<T>, last: u32, adjoints: &mut [T]) {
    let mut adjoint = adjoints[last as usize];
    tape.nodes.visit_back_from(last, |number, node| {
        let mut next = adjoints[number - 1];
        if !adjoint.is_all_zero() {
            for (parent, partial) in node.parents.into_iter().zip(node.partials) {
                let parent = parent as usize;
                if parent + 1 == number {
                    next += partial * adjoint;
                } else if parent != 0 {
                    adjoints[parent] += partial * adjoint;
                }
            }
        }
        adjoints[number - 1] = next;
        adjoint = next;
    });
}

impl<T: Scalar> Index<Var<'_, T>> for Adjoints<'_, T> {
    type Output = T;

    #[inline]
    fn index(&self, variable: Var<'_, T>) -> &T {
        if let (Some(tape), Some(other)) = (self.tape, variable.tape()) {
            assert_same(tape, other);
        }
        self.values
            .get(variable.node() as usize)
            .unwrap_or(&self.zero)
    }
}

impl<T: Scalar> Drop for Adjoints<'_, T> {
    fn drop(&mut self) {
        if let Some(tape) = self.tape {
            tape.spare.set(std::mem::take(&mut self.values));
        }
    }
}

impl<T: Scalar> fmt::Debug for Adjoints<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.in_order()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_the_output_has_adjoint_zero() {
        let tape = Tape::new();
        let x = tape.var(2.0);
        let y = x * x;
        let later = y.exp();
        assert_eq!(y.adjoints()[later], 0.0);
        assert_eq!(y.adjoints().wrt(Var::constant(1.0)), 0.0);
    }

    #[test]
    fn a_slope_that_nothing_reads_leaks_no_nan() {
        let tape = Tape::new();
        let x = tape.var(0.0);
        let y = x.sqrt().max(Var::constant(1.0)) + x;
        assert_eq!(y.adjoints()[x], 1.0);
    }

    #[test]
    fn two_sweeps_may_live_at_once() {
        let tape = Tape::new();
        let x = tape.var(3.0);
        let (square, cube) = (x * x, x.powi(3));
        let (first, second) = (square.adjoints(), cube.adjoints());
        assert_eq!((first[x], second[x]), (6.0, 27.0));
    }
}
