//! Finite differences that choose their own step.
//!
//! Central differences at steps that halve, extrapolated to step 0 (Richardson); of all
//! extrapolations the one that agrees best with its neighbours is taken (C. J. F. Ridders,
//! "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4, 1982).

use nalgebra::DMatrix;

/// Number of halvings.
const LEVELS: usize = 10;
/// The first step, relative to the larger of 1 and the coordinate.
const FIRST_STEP: f64 = 1.0 / 32.0;

/// The derivative of a function along a direction, J·v, by finite differences.
///
/// Steps that leave the domain give NaN and are passed over, as long as smaller ones remain. A NaN
/// in the result means that none did.
///
/// ```
/// use autodiff_runtime::check::directional;
///
/// let f = |x: &[f64]| vec![x[0] * x[1], x[1].ln()];
/// let tangent = directional(f, &[3.0, 0.5], &[1.0, 2.0]);
/// assert!((tangent[0] - 6.5).abs() < 1e-9);
/// assert!((tangent[1] - 4.0).abs() < 1e-9);
/// ```
///
/// # Panics
///
/// If point and direction differ in length, or two values of the function do.
pub fn directional(
    function: impl Fn(&[f64]) -> Vec<f64>,
    at: &[f64],
    direction: &[f64],
) -> Vec<f64> {
    assert_eq!(
        at.len(),
        direction.len(),
        "lengths of the point and the direction"
    );
    let scale = at.iter().zip(direction);
    let scale = scale
        .map(|(x, v)| v.abs() / x.abs().max(1.0))
        .fold(0.0, f64::max);
    if scale == 0.0 {
        return vec![0.0; function(at).len()];
    }
    let moved = |step: f64| -> Vec<f64> {
        let point: Vec<_> = at
            .iter()
            .zip(direction)
            .map(|(x, v)| x + step * v)
            .collect();
        function(&point)
    };
    let quotients: Vec<Vec<f64>> = (0..LEVELS)
        .map(|level| {
            let step = FIRST_STEP / scale / (1 << level) as f64;
            let (above, below) = (moved(step), moved(-step));
            assert_eq!(
                above.len(),
                below.len(),
                "lengths of two values of the function"
            );
            above
                .iter()
                .zip(&below)
                .map(|(a, b)| (a - b) / (2.0 * step))
                .collect()
        })
        .collect();
    let outputs = quotients[0].len();
    (0..outputs)
        .map(|output| extrapolate(quotients.iter().map(|quotient| quotient[output])))
        .collect()
}

/// The Jacobian by finite differences: rows outputs, columns inputs.
pub fn jacobian(function: impl Fn(&[f64]) -> Vec<f64>, at: &[f64]) -> DMatrix<f64> {
    let mut direction = vec![0.0; at.len()];
    let mut jacobian = DMatrix::zeros(function(at).len(), at.len());
    for input in 0..at.len() {
        direction[input] = 1.0;
        jacobian
            .column_mut(input)
            .copy_from_slice(&directional(&function, at, &direction));
        direction[input] = 0.0;
    }
    jacobian
}

/// The gradient of a scalar-valued function by finite differences.
///
/// ```
/// use autodiff_runtime::check::gradient;
///
/// let g = gradient(|x| x[0].powi(2) * x[1], &[3.0, 2.0]);
/// assert!((g[0] - 12.0).abs() < 1e-9 && (g[1] - 9.0).abs() < 1e-9);
/// ```
pub fn gradient(function: impl Fn(&[f64]) -> f64, at: &[f64]) -> Vec<f64> {
    jacobian(|x| vec![function(x)], at)
        .iter()
        .copied()
        .collect()
}

/// Richardson's table over difference quotients whose step halves. Their error is a series in the
/// even powers of the step, so each column removes one more power of 4.
fn extrapolate(quotients: impl Iterator<Item = f64>) -> f64 {
    let mut above: Vec<f64> = Vec::new();
    let mut best = (f64::INFINITY, f64::NAN);
    for quotient in quotients {
        let mut row = vec![quotient];
        let mut power = 1.0;
        for (column, &coarse) in above.iter().enumerate() {
            power *= 4.0;
            let fine = row[column];
            let value = (power * fine - coarse) / (power - 1.0);
            let error = (value - fine).abs().max((value - coarse).abs());
            if error < best.0 {
                best = (error, value);
            }
            row.push(value);
        }
        above = row;
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_of_a_polynomial_extrapolate_to_its_slope() {
        let steps = (0..4).map(|level| 0.5_f64.powi(level));
        let slope = extrapolate(steps.map(|h| 3.0 + 2.0 * h.powi(2) - h.powi(4)));
        assert!((slope - 3.0).abs() < 1e-14);
    }

    #[test]
    fn reaches_ten_digits_on_smooth_functions() {
        type Case = (fn(f64) -> f64, f64, f64);
        let cases: [Case; 5] = [
            (f64::exp, 1.0, 1.0_f64.exp()),
            (f64::sin, 1e3, 1e3_f64.cos()),
            (f64::ln, 0.02, 50.0),
            (f64::sqrt, 1e6, 5e-4),
            (|x| 1.0 / x, -0.3, -1.0 / 0.09),
        ];
        for (f, at, slope) in cases {
            let found = gradient(|x| f(x[0]), &[at])[0];
            assert!(
                (found / slope - 1.0).abs() < 1e-9,
                "at {at}: {found} for {slope}"
            );
        }
    }

    #[test]
    fn outside_the_domain_there_is_no_number() {
        assert!(gradient(|x| x[0].ln(), &[-1.0])[0].is_nan());
    }

    #[test]
    fn along_no_direction_nothing_moves() {
        assert_eq!(directional(|x| vec![x[0]; 2], &[1.0], &[0.0]), [0.0, 0.0]);
    }
}
