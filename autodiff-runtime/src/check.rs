//! Checks for derivative code: finite differences, and the inner-product test.
//!
//! Functions take a slice and return a vector; J is the Jacobian, a row for each output. A forward
//! rule computes J·v, a reverse rule Jᵀ·w. [`verify_jvp`] and [`verify_vjp`] hold them against finite
//! differences, [`verify_transpose`] against each other: ⟨Jᵀw, v⟩ = ⟨w, Jv⟩ for all v and w. A failed
//! check says at which output and input it failed.
//!
//! ```
//! use autodiff_runtime::check::{self, Tolerance};
//!
//! let f = |x: &[f64]| vec![x[0] * x[1], x[0].sin()];
//! let jvp = |x: &[f64], v: &[f64]| vec![x[1] * v[0] + x[0] * v[1], x[0].cos() * v[0]];
//! let vjp = |x: &[f64], w: &[f64]| vec![x[1] * w[0] + x[0].cos() * w[1], x[0] * w[0]];
//! let at = [0.5, 2.0];
//!
//! check::verify_jvp(f, jvp, &at, Tolerance::default())?;
//! check::verify_vjp(f, vjp, &at, Tolerance::default())?;
//! check::verify_transpose(jvp, vjp, &at, 2, Tolerance::default())?;
//! # Ok::<(), autodiff_runtime::check::Mismatch>(())
//! ```

use nalgebra::DMatrix;
use thiserror::Error;

mod difference;
mod transpose;

pub use difference::{directional, gradient, jacobian};
pub use transpose::verify_transpose;

/// How close two numbers must be: |a − b| ≤ absolute + relative · max(|a|, |b|).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Allowed difference near 0.
    pub absolute: f64,
    /// Allowed difference as a share of the larger number.
    pub relative: f64,
}

/// What the finite differences of this module reach on smooth functions of moderate size.
impl Default for Tolerance {
    fn default() -> Self {
        Self {
            absolute: 1e-8,
            relative: 1e-7,
        }
    }
}

impl Tolerance {
    /// Whether two numbers agree. Equal infinities do; a NaN agrees with nothing.
    pub fn admits(self, a: f64, b: f64) -> bool {
        a == b || (a - b).abs() <= self.absolute + self.relative * a.abs().max(b.abs())
    }
}

/// Where a check failed.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Mismatch {
    /// A rule returned a vector of the wrong length.
    #[error("the {rule} returned {found} numbers where {expected} were due")]
    Length {
        /// The rule at fault.
        rule: Rule,
        /// The length due.
        expected: usize,
        /// The length returned.
        found: usize,
    },
    /// A partial differs from its finite difference.
    #[error(
        "the {rule} gives {found} for the partial of output {output} by input {input}; finite differences give {expected}"
    )]
    Partial {
        /// The rule at fault.
        rule: Rule,
        /// Index of the output.
        output: usize,
        /// Index of the input.
        input: usize,
        /// The finite difference.
        expected: f64,
        /// What the rule gives.
        found: f64,
    },
    /// Forward and reverse rule are not each other's transpose.
    #[error(
        "⟨Jᵀw, v⟩ = {reverse} but ⟨w, Jv⟩ = {forward}; the rules differ most at output {output}, input {input}: \
         the reverse rule has {reverse_partial}, the forward rule {forward_partial}"
    )]
    Transpose {
        /// ⟨w, Jv⟩ for the directions that failed.
        forward: f64,
        /// ⟨Jᵀw, v⟩ for the directions that failed.
        reverse: f64,
        /// Index of the output whose partial differs most.
        output: usize,
        /// Index of the input whose partial differs most.
        input: usize,
        /// That partial by the forward rule.
        forward_partial: f64,
        /// That partial by the reverse rule.
        reverse_partial: f64,
    },
}

/// A rule under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// J·v from v.
    Jvp,
    /// Jᵀ·w from w.
    Vjp,
    /// The gradient of a function with one output.
    Gradient,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jvp => "forward rule",
            Self::Vjp => "reverse rule",
            Self::Gradient => "gradient",
        })
    }
}

/// Holds a forward rule `jvp(x, v)` against finite differences, one input after the other.
///
/// # Errors
///
/// The first partial that differs, or a wrong length.
pub fn verify_jvp(
    function: impl Fn(&[f64]) -> Vec<f64>,
    jvp: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    at: &[f64],
    tolerance: Tolerance,
) -> Result<(), Mismatch> {
    let expected = jacobian(function, at);
    for input in 0..at.len() {
        let column = jvp(at, &unit(at.len(), input));
        expect_length(Rule::Jvp, expected.nrows(), &column)?;
        for (output, &found) in column.iter().enumerate() {
            expect_partial(Rule::Jvp, &expected, (output, input), found, tolerance)?;
        }
    }
    Ok(())
}

/// Holds a reverse rule `vjp(x, w)` against finite differences, one output after the other.
///
/// # Errors
///
/// The first partial that differs, or a wrong length.
pub fn verify_vjp(
    function: impl Fn(&[f64]) -> Vec<f64>,
    vjp: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    at: &[f64],
    tolerance: Tolerance,
) -> Result<(), Mismatch> {
    let expected = jacobian(function, at);
    for output in 0..expected.nrows() {
        let row = vjp(at, &unit(expected.nrows(), output));
        expect_row(Rule::Vjp, &expected, output, &row, tolerance)?;
    }
    Ok(())
}

/// Holds the gradient of a scalar-valued function against finite differences.
///
/// ```
/// use autodiff_runtime::check::{Mismatch, Tolerance, verify_gradient};
///
/// let f = |x: &[f64]| x[0] * x[0] * x[1];
/// let wrong = [12.0, 3.0];
/// let error = verify_gradient(f, &wrong, &[3.0, 2.0], Tolerance::default()).unwrap_err();
/// assert!(matches!(error, Mismatch::Partial { input: 1, .. }));
/// ```
///
/// # Errors
///
/// The first partial that differs, or a wrong length.
pub fn verify_gradient(
    function: impl Fn(&[f64]) -> f64,
    found: &[f64],
    at: &[f64],
    tolerance: Tolerance,
) -> Result<(), Mismatch> {
    let expected = jacobian(|x| vec![function(x)], at);
    expect_row(Rule::Gradient, &expected, 0, found, tolerance)
}

fn expect_row(
    rule: Rule,
    expected: &DMatrix<f64>,
    output: usize,
    row: &[f64],
    tolerance: Tolerance,
) -> Result<(), Mismatch> {
    expect_length(rule, expected.ncols(), row)?;
    let mut partials = row.iter().enumerate();
    partials.try_for_each(|(input, &found)| {
        expect_partial(rule, expected, (output, input), found, tolerance)
    })
}

fn expect_partial(
    rule: Rule,
    expected: &DMatrix<f64>,
    (output, input): (usize, usize),
    found: f64,
    tolerance: Tolerance,
) -> Result<(), Mismatch> {
    let expected = expected[(output, input)];
    match tolerance.admits(expected, found) {
        true => Ok(()),
        false => Err(Mismatch::Partial {
            rule,
            output,
            input,
            expected,
            found,
        }),
    }
}

fn expect_length(rule: Rule, expected: usize, numbers: &[f64]) -> Result<(), Mismatch> {
    let found = numbers.len();
    match found == expected {
        true => Ok(()),
        false => Err(Mismatch::Length {
            rule,
            expected,
            found,
        }),
    }
}

fn unit(length: usize, index: usize) -> Vec<f64> {
    let mut unit = vec![0.0; length];
    unit[index] = 1.0;
    unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f(x: &[f64]) -> Vec<f64> {
        vec![x[0] * x[1], x[1].exp(), x[0] - x[2]]
    }

    fn jvp(x: &[f64], v: &[f64]) -> Vec<f64> {
        vec![x[1] * v[0] + x[0] * v[1], x[1].exp() * v[1], v[0] - v[2]]
    }

    fn vjp(x: &[f64], w: &[f64]) -> Vec<f64> {
        vec![x[1] * w[0] + w[2], x[0] * w[0] + x[1].exp() * w[1], -w[2]]
    }

    const AT: [f64; 3] = [1.5, -0.5, 4.0];

    #[test]
    fn right_rules_pass() {
        verify_jvp(f, jvp, &AT, Tolerance::default()).unwrap();
        verify_vjp(f, vjp, &AT, Tolerance::default()).unwrap();
    }

    #[test]
    fn a_wrong_sign_is_found_where_it_is() {
        let wrong =
            |x: &[f64], v: &[f64]| vec![x[1] * v[0] + x[0] * v[1], x[1].exp() * v[1], v[0] + v[2]];
        let error = verify_jvp(f, wrong, &AT, Tolerance::default()).unwrap_err();
        let Mismatch::Partial {
            rule,
            output,
            input,
            expected,
            found,
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!((rule, output, input, found), (Rule::Jvp, 2, 2, 1.0));
        assert!((expected + 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_forgotten_term_is_found_where_it_is() {
        let wrong = |x: &[f64], w: &[f64]| vec![x[1] * w[0] + w[2], x[1].exp() * w[1], -w[2]];
        let error = verify_vjp(f, wrong, &AT, Tolerance::default()).unwrap_err();
        assert!(
            matches!(
                error,
                Mismatch::Partial {
                    rule: Rule::Vjp,
                    output: 0,
                    input: 1,
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn a_small_error_is_found() {
        let wrong = |x: &[f64], v: &[f64]| jvp(x, v).iter().map(|y| y * (1.0 + 1e-5)).collect();
        assert!(verify_jvp(f, wrong, &AT, Tolerance::default()).is_err());
        let loose = Tolerance {
            relative: 1e-4,
            ..Tolerance::default()
        };
        assert!(verify_jvp(f, wrong, &AT, loose).is_ok());
    }

    #[test]
    fn a_nan_and_a_wrong_length_are_found() {
        let error = verify_gradient(|x| x[0], &[f64::NAN], &[1.0], Tolerance::default());
        assert!(matches!(error, Err(Mismatch::Partial { input: 0, .. })));
        let error = verify_gradient(|x| x[0], &[1.0, 0.0], &[1.0], Tolerance::default());
        let expected = Mismatch::Length {
            rule: Rule::Gradient,
            expected: 1,
            found: 2,
        };
        assert_eq!(error, Err(expected));
        assert!(verify_vjp(f, |_, _| vec![], &AT, Tolerance::default()).is_err());
    }
}
