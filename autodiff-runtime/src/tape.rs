//! Reverse mode at run time, for code that the macro cannot see.
//!
//! A [`Tape`] records each operation on its [`Var`]s as one small node: at most two parents and the
//! partials by them. A sweep from the last node to the first turns the adjoint of an output into the
//! adjoints of everything it was computed from ([`Adjoints`]), inputs and intermediate variables alike.

use crate::Scalar;

mod adjoints;
mod nodes;
mod rules;
mod var;

pub use adjoints::Adjoints;
pub use var::Var;

use nodes::{Node, Nodes};
use std::cell::Cell;
use std::fmt;

/// A recording of operations, to be swept backwards.
///
/// ```
/// use autodiff_runtime::Tape;
///
/// let tape = Tape::new();
/// let x1 = tape.var(1.5);
/// let x2 = tape.var(3.0);
/// let product = x1 * x2;
/// let y = x1.powi(3) / x2 + product.sin();
///
/// let adjoints = y.adjoints();
/// let cos = 4.5_f64.cos();
/// assert!((adjoints[x1] - (1.5_f64.powi(2) + 3.0 * cos)).abs() < 1e-15);
/// assert_eq!(adjoints[product], cos); // an intermediate variable
/// ```
///
/// To differentiate the same function again and again, let the tape keep its storage:
///
/// ```
/// use autodiff_runtime::Tape;
///
/// let mut tape = Tape::new();
/// for x in [0.5, 1.0, 2.0] {
///     let (value, gradient) = tape.gradient(&[x, 3.0], |v| v[0] * v[1]);
///     assert_eq!(value, 3.0 * x);
///     assert_eq!(gradient, [3.0, x]);
/// }
/// ```
///
/// The numbers may be any [`Scalar`]: a tape of [`Dual`](crate::Dual)s gives second derivatives.
pub struct Tape<T = f64> {
    nodes: Nodes<T>,
    /// Storage of the last sweep, kept for the next one.
    spare: Cell<Vec<T>>,
}

impl<T: Scalar> Tape<T> {
    /// An empty tape.
    pub fn new() -> Self {
        Self {
            nodes: Nodes::new(),
            spare: Cell::default(),
        }
    }

    /// A new variable to differentiate by.
    #[inline]
    pub fn var(&self, value: T) -> Var<'_, T> {
        Var::on(self, value, self.nodes.push(Node::leaf()))
    }

    /// New variables to differentiate by.
    pub fn vars(&self, values: &[T]) -> Vec<Var<'_, T>> {
        values.iter().map(|&value| self.var(value)).collect()
    }

    /// Number of recorded nodes, variables included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the recording and keeps the storage. No variable of the tape outlives this.
    pub fn clear(&mut self) {
        self.nodes.clear();
    }

    /// The adjoints of everything recorded, from those of several outputs: the product of the
    /// transposed Jacobian with the cotangents.
    ///
    /// ```
    /// use autodiff_runtime::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(2.0);
    /// let adjoints = tape.pull_back(&[(x * x, 1.0), (3.0 * x, 10.0)]);
    /// assert_eq!(adjoints[x], 4.0 + 30.0);
    /// ```
    ///
    /// # Panics
    ///
    /// If an output belongs to another tape.
    pub fn pull_back(&self, outputs: &[(Var<'_, T>, T)]) -> Adjoints<'_, T> {
        Adjoints::sweep(self, outputs)
    }

    /// Value and gradient of a function at a point. Starts the tape afresh in its old storage.
    pub fn gradient(
        &mut self,
        at: &[T],
        function: impl for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
    ) -> (T, Vec<T>) {
        let mut gradient = vec![T::zero(); at.len()];
        let value = self.gradient_into(at, &mut gradient, function);
        (value, gradient)
    }

    /// Value and gradient of a function at a point, the gradient *added* to `gradient`.
    ///
    /// # Panics
    ///
    /// If `gradient` and `at` differ in length.
    pub fn gradient_into(
        &mut self,
        at: &[T],
        gradient: &mut [T],
        function: impl for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
    ) -> T {
        assert_eq!(
            gradient.len(),
            at.len(),
            "lengths of the gradient and the point"
        );
        self.clear();
        let variables = self.vars(at);
        let output = function(&variables);
        let adjoints = output.adjoints();
        for (sum, &adjoint) in gradient.iter_mut().zip(adjoints.in_order()) {
            *sum += adjoint;
        }
        output.value()
    }

    /// Values and Jacobian of a vector-valued function: one recording, one sweep for each result.
    ///
    /// ```
    /// use autodiff_runtime::Tape;
    ///
    /// let (values, rows) = Tape::new().jacobian(&[2.0, 5.0], |v| vec![v[0] * v[1], v[0] - v[1]]);
    /// assert_eq!(values, [10.0, -3.0]);
    /// assert_eq!(rows, [[5.0, 2.0], [1.0, -1.0]]);
    /// ```
    pub fn jacobian(
        &mut self,
        at: &[T],
        function: impl for<'t> FnOnce(&[Var<'t, T>]) -> Vec<Var<'t, T>>,
    ) -> (Vec<T>, Vec<Vec<T>>) {
        self.clear();
        let variables = self.vars(at);
        let outputs = function(&variables);
        let row = |output: &Var<'_, T>| {
            let adjoints = output.adjoints();
            variables
                .iter()
                .map(|&variable| adjoints[variable])
                .collect()
        };
        let values = outputs.iter().map(|output| output.value()).collect();
        (values, outputs.iter().map(row).collect())
    }
}

impl<T: Scalar> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").field("nodes", &self.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    #[test]
    fn the_storage_serves_many_recordings() {
        let mut tape = Tape::new();
        let mut gradient = [0.0; 3];
        for _ in 0..3 {
            let value = tape.gradient_into(&[1.0, 2.0, 3.0], &mut gradient, |v| {
                v.iter().map(|&x| x * x).sum()
            });
            assert_eq!(value, 14.0);
        }
        // Added three times: 3 · 2x.
        assert_eq!(gradient, [6.0, 12.0, 18.0]);
        assert_eq!(tape.len(), 3 + 3 + 2);
    }

    #[test]
    fn a_long_recording_spans_many_blocks() {
        // y = x · 1.0001ⁿ by repeated multiplication
        let n = 100_000;
        let (value, gradient) =
            Tape::new().gradient(&[3.0], |v| (0..n).fold(v[0], |y, _| y * 1.0001));
        let factor = value / 3.0;
        assert!((gradient[0] / factor - 1.0).abs() < 1e-10);
    }

    #[test]
    fn a_tape_of_duals_gives_second_derivatives() {
        // f = x²y: ∂f/∂x along (1, 0) is (2xy)' = 2y, ∂f/∂y is (x²)' = 2x
        let at = [Dual::variable(3.0), Dual::constant(5.0)];
        let (_, gradient) = Tape::new().gradient(&at, |v| v[0] * v[0] * v[1]);
        assert_eq!([gradient[0].tangent, gradient[1].tangent], [10.0, 6.0]);
    }

    #[test]
    fn works_in_single_precision() {
        let (value, gradient) = Tape::<f32>::new().gradient(&[2.0, 4.0], |v| v[0] / v[1]);
        assert_eq!((value, gradient), (0.5_f32, vec![0.25, -0.125]));
    }

    #[test]
    fn a_constant_output_moves_nothing() {
        let (value, gradient) = Tape::new().gradient(&[2.0], |_| Var::constant(7.0));
        assert_eq!((value, gradient), (7.0, vec![0.0]));
    }

    #[test]
    #[should_panic(expected = "another tape")]
    fn tapes_do_not_mix() {
        let (one, other) = (Tape::new(), Tape::new());
        let _ = one.var(1.0) + other.var(2.0);
    }
}
