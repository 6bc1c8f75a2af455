//! Jacobians of few rows: one forward sweep and one backward sweep for several cotangents, wherever
//! the calls in a function allow it. Held against forward mode, which shares none of that.

use autodiff_runtime::differentiate;
use autodiff_runtime::nalgebra::{DMatrix, Matrix2, Vector2};

/// `f_jacobian` against one tangent a column.
macro_rules! assert_columns {
    ($jacobian:expr, $x:expr, $jvp:expr) => {{
        let (jacobian, x): (DMatrix<f64>, Vec<f64>) = ($jacobian, $x);
        assert_eq!(jacobian.ncols(), x.len());
        for column in 0..x.len() {
            let mut dot = vec![0.0; x.len()];
            dot[column] = 1.0;
            let tangent: Vec<f64> = $jvp(&dot);
            assert_eq!(tangent.len(), jacobian.nrows());
            for (row, expected) in tangent.into_iter().enumerate() {
                let found = jacobian[(row, column)];
                let scale = expected.abs().max(1.0);
                assert!(
                    (found - expected).abs() <= 1e-14 * scale,
                    "entry ({row}, {column}): {found}, not {expected}"
                );
            }
        }
    }};
}

fn inputs(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.3 + (1.7 * i as f64).sin()).collect()
}

#[differentiate]
fn normalized(x: &[f64]) -> [f64; 2] {
    let mut squared = 0.0;
    for i in 0..x.len() {
        squared += x[i] * x[i];
    }
    let norm = squared.sqrt();
    [x[0] / norm, x[1] / norm]
}

/// Calls, operators on what they return, a branch, and a value that becomes an adjoint of its own.
#[differentiate]
fn chained(x: &[f64]) -> [f64; 3] {
    let unit = normalized(x);
    let ratio = unit[0] / unit[1];
    if ratio > 1e6 {
        return [ratio, 0.0, 0.0];
    }
    [ratio * x[2], -unit[1] + x[3] % 0.7, unit[0].exp() * ratio]
}

#[test]
fn through_calls_operators_and_branches() {
    let x = inputs(20);
    assert_columns!(chained_jacobian(&x), x.clone(), |dot: &[f64]| {
        chained_jvp(&x, dot).1.to_vec()
    });
}

/// A loop that records, over more rows than one sweep has lanes.
#[differentiate]
fn moments(x: &[f64], count: usize) -> Vec<f64> {
    let mut moments = vec![0.0; count];
    for i in 0..x.len() {
        let mut power = 1.0;
        for k in 0..count {
            power *= x[i].sin();
            moments[k] += power;
        }
    }
    moments
}

#[test]
fn through_loops_with_records() {
    let x = inputs(90);
    for count in [1, 3, 4, 6] {
        assert_columns!(moments_jacobian(&x, count), x.clone(), |dot: &[f64]| {
            moments_jvp(&x, dot, count).1
        });
    }
}

/// What cannot take several cotangents is called for each row.
#[differentiate]
fn checked(x: f64) -> Option<f64> {
    if x > 100.0 {
        return None;
    }
    Some(x.sqrt())
}

#[differentiate]
fn halved(x: f64, times: u32) -> f64 {
    if times == 0 {
        return x;
    }
    0.5 * halved(x, times - 1).sin()
}

#[differentiate]
fn one_by_one(x: &[f64]) -> [f64; 2] {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    [checked(sum).unwrap() * x[0], halved(sum, 3) + x[1]]
}

#[test]
fn through_calls_that_take_one_cotangent() {
    let x = inputs(20);
    assert_columns!(one_by_one_jacobian(&x), x.clone(), |dot: &[f64]| {
        one_by_one_jvp(&x, dot).1.to_vec()
    });
}

#[differentiate]
fn turned(turn: Matrix2<f64>, at: Vector2<f64>) -> Vector2<f64> {
    turn * at + at
}

/// Operators whose rules know one cotangent only: lane by lane.
#[differentiate]
fn matrices(x: &[f64; 20]) -> [f64; 2] {
    let turn = Matrix2::new(x[0], x[1], x[2], x[3]);
    let mut at = Vector2::new(x[4], x[5]);
    for i in 6..20 {
        at = turned(turn, at) * x[i];
    }
    [at[0], at[1]]
}

#[test]
fn through_operators_of_matrices() {
    let x: [f64; 20] = std::array::from_fn(|i| 0.4 + 0.02 * i as f64);
    assert_columns!(matrices_jacobian(&x), x.to_vec(), |dot: &[f64]| {
        let dot = dot.try_into().expect("as many as there are inputs");
        matrices_jvp(&x, dot).1.to_vec()
    });
}

struct Lens {
    focus: f64,
}

#[differentiate]
impl Lens {
    #[differentiate(wrt(x))]
    fn focused(&self, x: &[f64; 16]) -> (f64, f64) {
        let mut sum = 0.0;
        for i in 0..16 {
            sum += x[i] / (self.focus + i as f64);
        }
        (sum * x[0], sum.cos())
    }
}

#[test]
fn of_a_method() {
    let lens = Lens { focus: 2.0 };
    let x: [f64; 16] = std::array::from_fn(|i| (0.7 * i as f64).cos());
    assert_columns!(lens.focused_jacobian(&x), x.to_vec(), |dot: &[f64]| {
        let dot = dot.try_into().expect("as many as there are inputs");
        let (first, second) = lens.focused_jvp(&x, dot).1;
        vec![first, second]
    });
}
