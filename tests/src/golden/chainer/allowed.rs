//! How far apart two correct training runs may lie.

use std::collections::BTreeMap;

use autodiff_runtime::nn::Real;

use super::trajectory::{File, largest_weight};
use crate::golden::report::largest;

/// Correct runs differ by a few times what the reference's runs do.
const MARGIN: f64 = 32.0;
/// A run may leave its twin some steps earlier than the reference's runs left each other.
const EARLIER: usize = 10;
/// The unit of rounding of `f64` over that of `f32`, generously.
const DOUBLE_OVER_SINGLE: f64 = 1e-8;

/// Tolerances of one run, from the differences that the reference measured between its own runs.
pub(super) struct Allowed {
    /// Of the loss, per step.
    losses: Vec<f64>,
    /// Of any weight, per checkpoint.
    weights: BTreeMap<usize, f64>,
    /// Of the first gradient, relative to the largest entry of a layer.
    pub(super) gradient: f64,
}

impl Allowed {
    pub(super) fn single(file: &File) -> Self {
        let epsilon = f32::EPSILON.as_f64();
        let measured =
            |checkpoint| diagnostic(file, "max_abs_weight_diff_chainer32_vs_numpy64", checkpoint);
        let weights = weights(file, epsilon, measured);
        let losses = (0..file.numpy_float64.loss.len())
            .map(|step| MARGIN * parted(file, step).max(rounding(file, epsilon, step)))
            .collect();
        Self {
            losses,
            weights,
            gradient: 1e-4,
        }
    }

    /// In double precision, runs part as `f32` and `f64` parted, in proportion to their units of rounding; or as far as
    /// the weights did at the next checkpoint under a perturbation of the initial ones.
    pub(super) fn double(file: &File) -> Self {
        let epsilon = f64::EPSILON;
        let measured =
            |checkpoint| {
                diagnostic(file, "max_abs_weight_diff_numpy64_vs_numpy64", checkpoint).max(
                    diagnostic(file, "max_abs_weight_diff_chainer64_vs_numpy64", checkpoint),
                )
            };
        let weights = weights(file, epsilon, measured);
        let losses = (0..file.numpy_float64.loss.len())
            .map(|step| {
                let perturbed = weights
                    .range(step..)
                    .next()
                    .map_or(0.0, |(_, &allowed)| allowed);
                let parted = DOUBLE_OVER_SINGLE * parted(file, step);
                (MARGIN * parted.max(rounding(file, epsilon, step))).max(perturbed)
            })
            .collect();
        Self {
            losses,
            weights,
            gradient: 1e-12,
        }
    }

    pub(super) fn loss(&self, step: usize) -> f64 {
        self.losses.get(step).copied().unwrap_or(0.0)
    }

    pub(super) fn weights(&self, checkpoint: usize) -> f64 {
        self.weights.get(&checkpoint).copied().unwrap_or(0.0)
    }
}

/// The diagnostic whose name begins so, at a checkpoint.
fn diagnostic(file: &File, name: &str, checkpoint: usize) -> f64 {
    let named = file
        .diagnostics
        .iter()
        .find(|(key, _)| key.starts_with(name));
    named
        .and_then(|(_, values)| values.get(&checkpoint))
        .copied()
        .unwrap_or(0.0)
}

fn weights(file: &File, epsilon: f64, measured: impl Fn(usize) -> f64) -> BTreeMap<usize, f64> {
    let tolerance = |(&checkpoint, parameters)| {
        let rounding = epsilon * largest_weight(parameters);
        (checkpoint, MARGIN * measured(checkpoint).max(rounding))
    };
    file.numpy_float64.weights.iter().map(tolerance).collect()
}

/// How far the losses of the reference's `f32` and `f64` runs lay apart up to a step, and a little beyond.
fn parted(file: &File, step: usize) -> f64 {
    let pairs = file
        .chainer_float32
        .loss
        .iter()
        .zip(&file.numpy_float64.loss);
    largest(
        pairs
            .take(step + 1 + EARLIER)
            .map(|(single, double)| single.0 - double.0),
    )
}

fn rounding(file: &File, epsilon: f64, step: usize) -> f64 {
    epsilon * file.numpy_float64.loss[step].0.abs().max(1.0)
}
