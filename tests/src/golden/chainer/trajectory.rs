//! Training by full-batch gradient descent, compared step by step.
//!
//! Training on contaminated data is chaotic: how far two correct runs may lie apart grows with the steps. The reference
//! files say how far they do, as differences between precisions and under a perturbation of the initial weights by
//! 10⁻¹⁵, and that is the measure of what is asked here.

use std::collections::BTreeMap;
use std::error::Error;

use autodiff_runtime::nn::{
    Activation, Layer, Linear, Pass, Real, Sequential, Sgd, SoftmaxCrossEntropy,
};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;

use super::allowed::Allowed;
use super::estimator::Estimator;
use crate::golden::report::largest;
use crate::golden::{Matrix, Number, Report, numbers::vector};

/// A training problem.
#[derive(Deserialize)]
pub(super) struct Data {
    config: Config,
    data: Batch,
    init: Parameters,
}

#[derive(Deserialize)]
struct Config {
    lr: f64,
    delta: f64,
}

#[derive(Deserialize)]
struct Batch {
    x_train: Matrix,
    y_train: Vec<usize>,
}

/// `W1`, `b1`, `W2`, … by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Parameter {
    Weight(Matrix),
    Bias(Vec<Number>),
}

pub(super) type Parameters = BTreeMap<String, Parameter>;

/// What one method made of a problem.
#[derive(Deserialize)]
pub(super) struct File {
    method: String,
    pub(super) diagnostics: BTreeMap<String, BTreeMap<usize, f64>>,
    pub(super) chainer_float32: Run,
    pub(super) numpy_float64: Run,
}

#[derive(Deserialize)]
pub(super) struct Run {
    pub(super) loss: Vec<Number>,
    grads_step1: Parameters,
    pub(super) weights: BTreeMap<usize, Parameters>,
}

impl File {
    /// The name of the problem: the file's name without the method.
    pub(super) fn set<'a>(&self, name: &'a str) -> &'a str {
        name.strip_suffix(&self.method)
            .map_or(name, |set| set.trim_end_matches('_'))
    }
}

pub(super) fn compare(name: &str, file: &File, data: &Data, report: &mut Report) {
    let (double, single) = (&file.numpy_float64, &file.chainer_float32);
    let problem = Problem {
        method: &file.method,
        data,
    };
    for (precision, outcome) in [
        (
            "f64",
            problem.compare::<f64>(
                &format!("{name} f64"),
                double,
                &Allowed::double(file),
                report,
            ),
        ),
        (
            "f32",
            problem.compare::<f32>(
                &format!("{name} f32"),
                single,
                &Allowed::single(file),
                report,
            ),
        ),
    ] {
        if let Err(error) = outcome {
            report.fail(format!("{name} {precision}: {error}"));
        }
    }
}

/// What is trained, and how.
struct Problem<'a> {
    method: &'a str,
    data: &'a Data,
}

impl Problem<'_> {
    /// Trains, and compares the loss before every step, the first gradients, and the weights at every checkpoint.
    fn compare<T: Real>(
        &self,
        what: &str,
        run: &Run,
        allowed: &Allowed,
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let mut network = self.network::<T>()?;

        let (x, labels) = (self.data.data.x_train.to::<T>(), &self.data.data.y_train);
        let (sgd, mut pass) = (Sgd::new(T::of(self.data.config.lr))?, Pass::new());
        for (step, expected) in run.loss.iter().enumerate() {
            let loss = network.gradient(&x, &SoftmaxCrossEntropy, labels, &mut pass)?;
            report.compare(
                format!("{what} loss {step}"),
                [loss.as_f64()],
                [expected.0],
                allowed.loss(step),
            );
            if step == 0 {
                let gradients = pass.gradients().iter().map(|g| (&g.weight, &g.bias));
                let tolerance = |largest: f64| allowed.gradient * largest;
                compare_parameters(
                    &format!("{what} first gradient"),
                    gradients,
                    &run.grads_step1,
                    tolerance,
                    report,
                );
            }
            sgd.step(&mut network, &pass)?;
            if let Some(weights) = run.weights.get(&(step + 1)) {
                let what = format!("{what} weights after {}", step + 1);
                let found = network
                    .linears()
                    .map(|linear| (linear.weight(), linear.bias()));
                compare_parameters(&what, found, weights, |_| allowed.weights(step + 1), report);
            }
        }
        Ok(())
    }

    /// The initial network of a problem, its first layer aggregated by the method.
    fn network<T: Real>(&self) -> Result<Sequential<T>, Box<dyn Error>> {
        let mut layers: Vec<Layer<T>> = Vec::new();
        for number in 1..=self.data.init.len() / 2 {
            let (weight, bias) = dense(&self.data.init, number)
                .ok_or_else(|| format!("no initial W{number} and b{number}"))?;
            if number > 1 {
                layers.push(Activation::Relu.into());
            }
            layers.push(Linear::new(weight.to(), vector(bias))?.into());
        }
        let mut network = Sequential::new(layers)?;
        let estimator = match self.method {
            "deep" => "vanilla",
            "deep_rob" => "softmean",
            "deep_rob_nfactor" => "softmean_nfactor",
            other => other,
        };
        let estimator = Estimator::named(estimator, self.data.config.delta)
            .ok_or_else(|| format!("no method {}", self.method))?;
        network
            .linear_mut(0)?
            .set_aggregator(estimator.aggregator(self.data.data.y_train.len())?);
        Ok(network)
    }
}

/// W and b of dense layer `number`, counted from 1.
fn dense(parameters: &Parameters, number: usize) -> Option<(&Matrix, &[Number])> {
    match (
        parameters.get(&format!("W{number}")),
        parameters.get(&format!("b{number}")),
    ) {
        (Some(Parameter::Weight(weight)), Some(Parameter::Bias(bias))) => Some((weight, bias)),
        _ => None,
    }
}

fn compare_parameters<'a, T: Real>(
    what: &str,
    found: impl Iterator<Item = (&'a DMatrix<T>, &'a DVector<T>)>,
    expected: &Parameters,
    tolerance: impl Fn(f64) -> f64,
    report: &mut Report,
) {
    let mut layers = 0;
    for (number, (weight, bias)) in (1..).zip(found) {
        layers = number;
        let Some((expected_weight, expected_bias)) = dense(expected, number) else {
            return report.fail(format!(
                "{what}: no W{number} and b{number} to compare with"
            ));
        };
        let (expected_weight, expected_bias) =
            (expected_weight.to::<f64>(), vector::<f64>(expected_bias));
        let sizes = |w: (usize, usize), b: usize| format!("{w:?} and {b}");
        if (weight.shape(), bias.len()) != (expected_weight.shape(), expected_bias.len()) {
            let found = sizes(weight.shape(), bias.len());
            let expected = sizes(expected_weight.shape(), expected_bias.len());
            return report.fail(format!(
                "{what}: layer {number} is {found}, expected {expected}"
            ));
        }
        let entries = || expected_weight.iter().chain(expected_bias.iter()).copied();
        let found = weight.iter().chain(bias.iter()).map(|x| x.as_f64());
        report.compare(
            format!("{what} layer {number}"),
            found,
            entries(),
            tolerance(largest(entries())),
        );
    }
    if expected.len() != 2 * layers {
        report.fail(format!(
            "{what}: {} parameters to compare with, {layers} layers found",
            expected.len()
        ));
    }
}

/// The largest |w| of all layers.
pub(super) fn largest_weight(parameters: &Parameters) -> f64 {
    largest(
        (1..=parameters.len())
            .filter_map(|number| dense(parameters, number))
            .flat_map(|(weight, bias)| {
                let (weight, bias) = (weight.to::<f64>(), vector::<f64>(bias));
                [
                    largest(weight.iter().copied()),
                    largest(bias.iter().copied()),
                ]
            }),
    )
}
