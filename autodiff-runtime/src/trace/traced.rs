//! Traces of generic code, recorded as it runs.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

use autodiff_macros::with_rules;

use super::{Node, Trace};
use crate::Scalar;
use crate::scalar::{inherent_methods, left_operators, scalar_methods, scalar_operators};

mod rules;

impl Trace {
    /// Records the trace of a function that is generic over [`Scalar`], or of a closure.
    ///
    /// ```
    /// use autodiff_runtime::{Scalar, Trace};
    ///
    /// fn f<T: Scalar>(x1: T, x2: T) -> T {
    ///     x1.powi(3) / x2 + (x1 * x2).sin()
    /// }
    ///
    /// let trace = Trace::record("f", &[("x1", 1.5), ("x2", 3.0)], |x| f(x[0], x[1]));
    /// println!("{trace}");
    /// assert_eq!(trace.values()[2..5], [3.375, 4.5, 1.125]);
    /// ```
    pub fn record(
        function: &str,
        inputs: &[(&str, f64)],
        body: impl for<'t> FnOnce(&[Traced<'t>]) -> Traced<'t>,
    ) -> Self {
        let recorder = RefCell::new(Self::new(function));
        let input = |&(name, value): &(&str, f64)| Traced {
            value,
            node: recorder.borrow_mut().input(name, value),
            trace: Some(&recorder),
            brand: PhantomData,
        };
        let inputs: Vec<_> = inputs.iter().map(input).collect();
        let output = body(&inputs).node;
        let mut trace = recorder.into_inner();
        trace.output(function, output);
        trace
    }
}

/// A number that writes the equations of its [`Trace`]: see [`Trace::record`]. Comparisons see the
/// value alone.
///
/// Numbers of two traces do not mix:
///
/// ```compile_fail
/// use autodiff_runtime::Trace;
///
/// Trace::record("outer", &[("x", 1.0)], |x| {
///     Trace::record("inner", &[("y", 2.0)], |y| x[0] * y[0]);
///     x[0]
/// });
/// ```
#[derive(Clone, Copy)]
pub struct Traced<'t> {
    value: f64,
    node: Node,
    /// Absent for a constant.
    trace: Option<&'t RefCell<Trace>>,
    /// Makes the lifetime invariant, so that numbers of two traces do not mix.
    brand: PhantomData<fn(&'t ()) -> &'t ()>,
}

impl Traced<'_> {
    /// A number that is no variable.
    pub fn constant(value: f64) -> Self {
        Self {
            value,
            node: Node::NONE,
            trace: None,
            brand: PhantomData,
        }
    }

    /// The value.
    pub fn value(self) -> f64 {
        self.value
    }

    /// Gives the variable a name in the trace.
    ///
    /// ```
    /// use autodiff_runtime::Trace;
    ///
    /// let trace = Trace::record("f", &[("x", 3.0)], |x| (x[0] * x[0]).named("square") + 1.0);
    /// let square = trace.named("square").unwrap();
    /// assert_eq!(trace.value(square), Some(9.0));
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        if let (Some(trace), Some(row)) = (self.trace, self.node.index()) {
            trace.borrow_mut().rename(row, name);
        }
        self
    }

    /// Writes an equation, unless all operands are constants. `{0}` in the template is the first operand.
    fn equation<const K: usize>(value: f64, template: String, operands: [(Self, f64); K]) -> Self {
        let Some(trace) = operands.iter().find_map(|(operand, _)| operand.trace) else {
            return Self::constant(value);
        };
        let (mut template, mut constants) = (template, Vec::new());
        for (place, (operand, _)) in operands.iter().enumerate() {
            if operand.node == Node::NONE {
                template = template.replace(
                    &format!("{{{place}}}"),
                    &format!("{{c{}}}", constants.len()),
                );
                constants.push(operand.value);
            }
        }
        let operands = operands.map(|(operand, partial)| (operand.node, partial));
        let mut recorder = trace.borrow_mut();
        Self {
            value,
            node: recorder.equation("", &template, value, &operands, &constants),
            trace: Some(trace),
            brand: PhantomData,
        }
    }

    with_rules!(inherent_methods, rules);
}

impl Scalar for Traced<'_> {
    type Base = f64;

    fn from_f64(value: f64) -> Self {
        Self::constant(value)
    }

    fn from_base(value: f64) -> Self {
        Self::constant(value)
    }

    fn base(self) -> f64 {
        self.value
    }

    fn to_f64(self) -> f64 {
        self.value
    }

    /// A variable is not zero, whatever its value: it moves.
    fn is_all_zero(self) -> bool {
        self.node == Node::NONE && self.value == 0.0
    }

    with_rules!(scalar_methods);
}

scalar_operators!(['t] Traced<'t>, constant f64, rules);
left_operators!(['t] f64, Traced<'t>);

impl From<f64> for Traced<'_> {
    fn from(value: f64) -> Self {
        Self::constant(value)
    }
}

impl Default for Traced<'_> {
    fn default() -> Self {
        Self::constant(0.0)
    }
}

impl PartialEq for Traced<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialOrd for Traced<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl fmt::Debug for Traced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traced")
            .field("value", &self.value)
            .field("node", &self.node)
            .finish()
    }
}

impl fmt::Display for Traced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(trace: &Trace) -> Vec<String> {
        let text = trace.to_string();
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().skip(3).map(words).collect()
    }

    #[test]
    fn records_the_table_of_the_tutorial() {
        let trace = Trace::record("f", &[("x1", 1.5), ("x2", 3.0)], |x| {
            x[0].powi(3) / x[1] + (x[0] * x[1]).sin()
        });
        let rows = rows(&trace);
        assert_eq!(rows[2], "u₁ u₋₁^3 3.3750 6.7500 0.3333");
        assert_eq!(rows[3], "u₂ u₋₁·u₀ 4.5000 3.0000 -0.2108");
        assert_eq!(rows[5], "u₄ sin u₂ -0.9775 -0.6324 1.0000");
        assert_eq!(rows[6], "u₅ f u₃ + u₄ 0.1475 1.6176 1.0000");
    }

    #[test]
    fn constants_stand_in_the_expression() {
        let trace = Trace::record("f", &[("x", 2.0)], |x| {
            3.0 * x[0].max(0.5.into()) - Traced::constant(4.0).sqrt()
        });
        let rows = rows(&trace);
        assert_eq!(rows[1], "u₁ max(u₀, 0.5) 2.0000 1.0000 3.0000");
        assert_eq!(rows[2], "u₂ 3·u₁ 6.0000 3.0000 1.0000");
        assert_eq!(rows[3], "u₃ f u₂ - 2 4.0000 3.0000 1.0000");
    }

    #[test]
    fn loops_unroll_as_executed() {
        let trace = Trace::record("power", &[("x", 1.5)], |x| {
            (1..4).fold(x[0], |y, _| (y * x[0]).named("y"))
        });
        assert_eq!(
            (trace.len(), trace.gradient()),
            (3, vec![4.0 * 1.5_f64.powi(3)])
        );
    }

    #[test]
    fn a_constant_function_has_no_equations() {
        let trace = Trace::record("f", &[("x", 1.0)], |_| 7.0.into());
        assert_eq!((trace.len(), trace.gradient()), (0, vec![0.0]));
    }
}
