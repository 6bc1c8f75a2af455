//! The inner-product test.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::{Mismatch, Rule, Tolerance, expect_length, unit};

/// Pairs of directions that are tried. One random pair finds any error with probability 1; more
/// guard against one that the tolerance hides.
const PAIRS: u64 = 4;

/// The inner-product test: ⟨Jᵀw, v⟩ = ⟨w, Jv⟩ for random v and w. It needs no finite differences,
/// so it is as sharp as the arithmetic; what it cannot see is an error that both rules share.
///
/// `jvp(x, v)` returns J·v, `vjp(x, w)` returns Jᵀ·w, and `outputs` is the number of outputs. The
/// directions are the same in every run.
///
/// ```
/// use autodiff_runtime::check::{Mismatch, Tolerance, verify_transpose};
///
/// let jvp = |x: &[f64], v: &[f64]| vec![x[1] * v[0] + x[0] * v[1]];
/// let vjp = |x: &[f64], w: &[f64]| vec![x[1] * w[0], w[0]]; // forgets x[0]
/// let error = verify_transpose(jvp, vjp, &[3.0, 2.0], 1, Tolerance::default()).unwrap_err();
/// assert!(matches!(error, Mismatch::Transpose { output: 0, input: 1, .. }));
/// ```
///
/// # Errors
///
/// The two inner products and the partial at which the rules differ most, or a wrong length.
pub fn verify_transpose(
    jvp: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    vjp: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    at: &[f64],
    outputs: usize,
    tolerance: Tolerance,
) -> Result<(), Mismatch> {
    for seed in 0..PAIRS {
        let mut random = SmallRng::seed_from_u64(seed);
        let [v, w] = [at.len(), outputs].map(|length| direction(&mut random, length));
        let tangent = jvp(at, &v);
        expect_length(Rule::Jvp, outputs, &tangent)?;
        let cotangent = vjp(at, &w);
        expect_length(Rule::Vjp, at.len(), &cotangent)?;
        let products = (inner(&w, &tangent), inner(&cotangent, &v));
        if !tolerance.admits(products.0, products.1) {
            return Err(locate(products, jvp, vjp, at, outputs));
        }
    }
    Ok(())
}

/// The entry of the Jacobian at which the two rules differ most; a NaN differs beyond all.
fn locate(
    (forward, reverse): (f64, f64),
    jvp: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    vjp: impl Fn(&[f64], &[f64]) -> Vec<f64>,
    at: &[f64],
    outputs: usize,
) -> Mismatch {
    let columns: Vec<_> = (0..at.len())
        .map(|input| jvp(at, &unit(at.len(), input)))
        .collect();
    let rows: Vec<_> = (0..outputs)
        .map(|output| vjp(at, &unit(outputs, output)))
        .collect();
    let entries = (0..outputs).flat_map(|output| (0..at.len()).map(move |input| (output, input)));
    let difference = |&(output, input): &(usize, usize)| {
        let difference = (columns[input][output] - rows[output][input]).abs();
        if difference.is_nan() {
            f64::INFINITY
        } else {
            difference
        }
    };
    let worst = entries.max_by(|a, b| difference(a).total_cmp(&difference(b)));
    // Inner products over nothing are both 0 and cannot differ.
    let (output, input) = worst.expect("rules that differ have an entry");
    Mismatch::Transpose {
        forward,
        reverse,
        output,
        input,
        forward_partial: columns[input][output],
        reverse_partial: rows[output][input],
    }
}

fn direction(random: &mut SmallRng, length: usize) -> Vec<f64> {
    (0..length)
        .map(|_| random.random_range(-1.0..1.0))
        .collect()
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRIX: [[f64; 3]; 2] = [[1.0, 2.0, 3.0], [-4.0, 5.0, -6.0]];

    fn forward(_: &[f64], v: &[f64]) -> Vec<f64> {
        MATRIX.iter().map(|row| inner(row, v)).collect()
    }

    fn reverse(_: &[f64], w: &[f64]) -> Vec<f64> {
        (0..3)
            .map(|j| MATRIX[0][j] * w[0] + MATRIX[1][j] * w[1])
            .collect()
    }

    #[test]
    fn transposes_pass() {
        verify_transpose(forward, reverse, &[0.0; 3], 2, Tolerance::default()).unwrap();
    }

    #[test]
    fn a_wrong_entry_is_found_where_it_is() {
        let wrong = |x: &[f64], w: &[f64]| {
            let mut cotangent = reverse(x, w);
            cotangent[2] += 0.5 * w[1];
            cotangent
        };
        let error =
            verify_transpose(forward, wrong, &[0.0; 3], 2, Tolerance::default()).unwrap_err();
        let Mismatch::Transpose {
            output,
            input,
            forward_partial,
            reverse_partial,
            ..
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!((output, input), (1, 2));
        assert_eq!((forward_partial, reverse_partial), (-6.0, -5.5));
    }

    #[test]
    fn a_nan_and_a_wrong_length_are_found() {
        let nan = |_: &[f64], _: &[f64]| vec![0.0, f64::NAN, 0.0];
        let error = verify_transpose(forward, nan, &[0.0; 3], 2, Tolerance::default());
        assert!(matches!(error, Err(Mismatch::Transpose { input: 1, .. })));
        let error = verify_transpose(forward, reverse, &[0.0; 3], 3, Tolerance::default());
        assert!(matches!(
            error,
            Err(Mismatch::Length {
                rule: Rule::Jvp,
                expected: 3,
                found: 2
            })
        ));
    }
}
