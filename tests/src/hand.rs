//! Adjoints of the [`small`](crate::small) functions, written by hand as well as we can: one pass
//! where one pass does, results kept instead of recomputed, loops that LLVM can vectorise. The
//! yardstick of the benchmarks.
//!
//! Each has the signature of the function's `_grad_into`: it adds to the shadow and returns the
//! value.

// Indices say which weight meets which unit.
#![allow(clippy::needless_range_loop)]

use crate::small::{HIDDEN, INPUTS, OUTPUT, PARAMETERS, SECOND, STEP, STEPS, STRIDE};

/// Adjoint of [`small::scalar2`](crate::small::scalar2).
pub fn scalar2(x1: f64, x1_bar: &mut f64, x2: f64, x2_bar: &mut f64) -> f64 {
    let square = x1 * x1;
    let quotient = square * x1 / x2;
    let (sin, cos) = (x1 * x2).sin_cos();
    *x1_bar += 3.0 * square / x2 + x2 * cos;
    *x2_bar += x1 * cos - quotient / x2;
    quotient + sin
}

/// Adjoint of [`small::rosenbrock`](crate::small::rosenbrock).
pub fn rosenbrock(x: &[f64], x_bar: &mut [f64]) -> f64 {
    assert_eq!(x.len(), x_bar.len());
    let mut sum = 0.0;
    // What term i adds to the next element's adjoint stays in a register.
    let mut carried = 0.0;
    for (pair, x_bar) in x.windows(2).zip(&mut *x_bar) {
        let bend = pair[1] - pair[0] * pair[0];
        let away = 1.0 - pair[0];
        sum += 100.0 * bend * bend + away * away;
        *x_bar += carried - 400.0 * bend * pair[0] - 2.0 * away;
        carried = 200.0 * bend;
    }
    if let Some(last) = x_bar.last_mut() {
        *last += carried;
    }
    sum
}

/// Adjoint of [`small::mlp`](crate::small::mlp).
pub fn mlp(
    parameters: &[f64],
    parameters_bar: &mut [f64],
    inputs: &[[f64; INPUTS]],
    targets: &[f64],
) -> f64 {
    assert_eq!(
        (parameters.len(), parameters_bar.len()),
        (PARAMETERS, PARAMETERS)
    );
    let weights = Layers::of(parameters);
    let mut bars = LayersMut::of(parameters_bar);
    inputs
        .iter()
        .zip(targets)
        .map(|(x, target)| mlp_sample(&weights, &mut bars, x, *target))
        .sum()
}

struct Layers<'a> {
    first: &'a [[f64; INPUTS]],
    first_bias: &'a [f64],
    second: &'a [[f64; HIDDEN]],
    second_bias: &'a [f64],
    output: &'a [f64],
    output_bias: f64,
}

impl<'a> Layers<'a> {
    fn of(parameters: &'a [f64]) -> Self {
        let (first, rest) = parameters.split_at(SECOND);
        let (second, output) = rest.split_at(OUTPUT - SECOND);
        let (first, first_bias) = first.split_at(HIDDEN * INPUTS);
        let (second, second_bias) = second.split_at(HIDDEN * HIDDEN);
        Self {
            first: first.as_chunks().0,
            first_bias,
            second: second.as_chunks().0,
            second_bias,
            output: &output[..HIDDEN],
            output_bias: output[HIDDEN],
        }
    }
}

struct LayersMut<'a> {
    first: &'a mut [[f64; INPUTS]],
    first_bias: &'a mut [f64],
    second: &'a mut [[f64; HIDDEN]],
    second_bias: &'a mut [f64],
    output: &'a mut [f64],
    output_bias: &'a mut f64,
}

impl<'a> LayersMut<'a> {
    fn of(parameters: &'a mut [f64]) -> Self {
        let (first, rest) = parameters.split_at_mut(SECOND);
        let (second, output) = rest.split_at_mut(OUTPUT - SECOND);
        let (first, first_bias) = first.split_at_mut(HIDDEN * INPUTS);
        let (second, second_bias) = second.split_at_mut(HIDDEN * HIDDEN);
        let (output, output_bias) = output.split_at_mut(HIDDEN);
        Self {
            first: first.as_chunks_mut().0,
            first_bias,
            second: second.as_chunks_mut().0,
            second_bias,
            output,
            output_bias: &mut output_bias[0],
        }
    }
}

/// tanh(W·x + b).
fn dense<const N: usize>(weights: &[[f64; N]], bias: &[f64], x: &[f64; N]) -> [f64; HIDDEN] {
    let mut out = [0.0; HIDDEN];
    for ((out, row), bias) in out.iter_mut().zip(weights).zip(bias) {
        let mut sum = *bias;
        for (w, x) in row.iter().zip(x) {
            sum += w * x;
        }
        *out = sum.tanh();
    }
    out
}

fn mlp_sample(w: &Layers<'_>, bar: &mut LayersMut<'_>, x: &[f64; INPUTS], target: f64) -> f64 {
    let first = dense(w.first, w.first_bias, x);
    let second = dense(w.second, w.second_bias, &first);
    let mut output = w.output_bias;
    for (w, h) in w.output.iter().zip(&second) {
        output += w * h;
    }
    let residual = output - target;

    let output_bar = 2.0 * residual;
    *bar.output_bias += output_bar;
    let mut first_bar = [0.0; HIDDEN];
    for i in 0..HIDDEN {
        bar.output[i] += output_bar * second[i];
        let sum_bar = output_bar * w.output[i] * (1.0 - second[i] * second[i]);
        bar.second_bias[i] += sum_bar;
        for j in 0..HIDDEN {
            bar.second[i][j] += sum_bar * first[j];
            first_bar[j] += sum_bar * w.second[i][j];
        }
    }
    for i in 0..HIDDEN {
        let sum_bar = first_bar[i] * (1.0 - first[i] * first[i]);
        bar.first_bias[i] += sum_bar;
        for j in 0..INPUTS {
            bar.first[i][j] += sum_bar * x[j];
        }
    }
    residual * residual
}

/// Adjoint of [`small::branchy`](crate::small::branchy).
pub fn branchy(x: &[f64], x_bar: &mut [f64]) -> f64 {
    assert_eq!(x.len(), x_bar.len());
    let mut sum = 0.0;
    let mut carried = 0.0;
    for (pair, x_bar) in x.windows(2).zip(&mut *x_bar) {
        let [x, next] = [pair[0], pair[1]];
        let (sin, cos) = x.sin_cos();
        let inverse = 1.0 / (1.0 + next * next);
        let bell = (-x * x).exp() * inverse;
        let t = sin * bell;
        let t_bar = if t > 0.0 { 1.0 } else { -t };
        sum += if t > 0.0 { t } else { -0.5 * t * t };
        *x_bar += carried + t_bar * bell * (cos - 2.0 * x * sin);
        carried = -2.0 * t_bar * t * next * inverse;
    }
    if let Some(last) = x_bar.last_mut() {
        *last += carried;
    }
    sum
}

/// Adjoint of [`small::lotka_volterra`](crate::small::lotka_volterra): the states are stored on the
/// stack, the sweep back is linear in them.
pub fn lotka_volterra(
    p: &[f64; 4],
    p_bar: &mut [f64; 4],
    observed: &[[f64; 2]; STEPS / STRIDE],
) -> f64 {
    let mut states = [[0.0; 2]; STEPS];
    let [mut prey, mut predators] = [1.0, 0.5];
    let mut misfit = 0.0;
    let mut residuals = [[0.0; 2]; STEPS / STRIDE];
    for (block, states) in states.chunks_exact_mut(STRIDE).enumerate() {
        for state in states {
            *state = [prey, predators];
            let prey_rate = p[0] * prey - p[1] * prey * predators;
            let predator_rate = p[2] * prey * predators - p[3] * predators;
            prey += STEP * prey_rate;
            predators += STEP * predator_rate;
        }
        residuals[block] = [prey - observed[block][0], predators - observed[block][1]];
        misfit +=
            residuals[block][0] * residuals[block][0] + residuals[block][1] * residuals[block][1];
    }

    let [mut prey_bar, mut predators_bar] = [0.0, 0.0];
    let mut bar = [0.0; 4];
    for (block, states) in states.chunks_exact(STRIDE).enumerate().rev() {
        prey_bar += 2.0 * residuals[block][0];
        predators_bar += 2.0 * residuals[block][1];
        for &[prey, predators] in states.iter().rev() {
            let (births, deaths) = (STEP * prey_bar, STEP * predators_bar);
            let met = prey * predators;
            bar[0] += births * prey;
            bar[1] -= births * met;
            bar[2] += deaths * met;
            bar[3] -= deaths * predators;
            prey_bar += births * (p[0] - p[1] * predators) + deaths * p[2] * predators;
            predators_bar += deaths * (p[2] * prey - p[3]) - births * p[1] * prey;
        }
    }
    for (p_bar, bar) in p_bar.iter_mut().zip(bar) {
        *p_bar += bar;
    }
    misfit
}

/// Adjoint of [`small::rigid`](crate::small::rigid): one pass over the points collects the adjoints
/// of R and t.
pub fn rigid(pose: &[f64; 6], pose_bar: &mut [f64; 6], p: &[[f64; 3]], q: &[[f64; 3]]) -> f64 {
    let (sr, cr) = pose[0].sin_cos();
    let (sp, cp) = pose[1].sin_cos();
    let (sy, cy) = pose[2].sin_cos();
    let r = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ];
    let mut sum = 0.0;
    // Half the adjoints of R and t: the factor 2 of the squares comes at the end.
    let mut r_bar = [[0.0; 3]; 3];
    let mut t_bar = [0.0; 3];
    for (p, q) in p.iter().zip(q) {
        for k in 0..3 {
            let turned = r[k][0] * p[0] + r[k][1] * p[1] + r[k][2] * p[2];
            let residual = turned + pose[3 + k] - q[k];
            sum += residual * residual;
            t_bar[k] += residual;
            for j in 0..3 {
                r_bar[k][j] += residual * p[j];
            }
        }
    }
    // Columns 1 and 2 of R turn into each other with roll, rows 0 and 1 with yaw.
    for k in 0..3 {
        pose_bar[0] += 2.0 * (r_bar[k][1] * r[k][2] - r_bar[k][2] * r[k][1]);
        pose_bar[2] += 2.0 * (r_bar[1][k] * r[0][k] - r_bar[0][k] * r[1][k]);
        pose_bar[3 + k] += 2.0 * t_bar[k];
    }
    pose_bar[1] += 2.0
        * (cy * (cp * (sr * r_bar[0][1] + cr * r_bar[0][2]) - sp * r_bar[0][0])
            + sy * (cp * (sr * r_bar[1][1] + cr * r_bar[1][2]) - sp * r_bar[1][0])
            - cp * r_bar[2][0]
            - sp * (sr * r_bar[2][1] + cr * r_bar[2][2]));
    sum
}
