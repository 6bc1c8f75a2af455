//! One dense layer, forward and backward, with the node's aggregators.

use std::collections::BTreeMap;
use std::error::Error;

use autodiff_runtime::nn::{Linear, Real};
use autodiff_runtime::robust::{Aggregator, DenseGradient, OuterProducts};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;

use super::estimator::Estimator;
use crate::golden::report::largest;
use crate::golden::{Matrix, Number, Report, numbers::vector};

#[derive(Deserialize)]
pub(super) struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    delta: f64,
    x: Matrix,
    #[serde(rename = "W")]
    weight: Matrix,
    b: Vec<Number>,
    gy: Matrix,
    y: Matrix,
    gx: Matrix,
    y_f32: Matrix,
    gx_f32: Matrix,
    results: BTreeMap<String, Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(rename = "gW")]
    weight: Matrix,
    #[serde(rename = "gb")]
    bias: Vec<Number>,
    #[serde(rename = "gW_f32")]
    weight_f32: Matrix,
    #[serde(rename = "gb_f32")]
    bias_f32: Vec<Number>,
    #[serde(rename = "alg2_gW_without_fallback")]
    weight_without_fallback: Option<Matrix>,
    #[serde(rename = "alg2_gb_without_fallback")]
    bias_without_fallback: Option<Vec<Number>>,
}

/// Relative to the largest entry of the result, as the reference asks.
const DOUBLE: f64 = 1e-12;
/// Relative to the largest contribution of a sample.
const SINGLE: f64 = 1e-4;

pub(super) fn compare(name: &str, file: &File, report: &mut Report) {
    for case in &file.cases {
        let what = format!("{name} {}", case.name);
        if let Err(error) = compare_case(&what, case, report) {
            report.fail(format!("{what}: {error}"));
        }
    }
}

fn compare_case(what: &str, case: &Case, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let double = Node::<f64>::new(case)?;
    double.compare_values(&format!("{what} f64"), &case.y, &case.gx, DOUBLE, report)?;
    let single = Node::<f32>::new(case)?;
    single.compare_values(
        &format!("{what} f32"),
        &case.y_f32,
        &case.gx_f32,
        1e-6,
        report,
    )?;
    for (name, outcome) in &case.results {
        let what = format!("{what} {name}");
        let estimator =
            Estimator::named(name, case.delta).ok_or_else(|| format!("no estimator {name}"))?;
        double.compare(
            &format!("{what} f64"),
            estimator,
            &outcome.weight,
            &outcome.bias,
            DOUBLE,
            report,
        )?;
        single.compare(
            &format!("{what} f32"),
            estimator,
            &outcome.weight_f32,
            &outcome.bias_f32,
            SINGLE,
            report,
        )?;
        if let (Some(weight), Some(bias)) = (
            &outcome.weight_without_fallback,
            &outcome.bias_without_fallback,
        ) {
            let what = format!("{what} without fallback f64");
            double.compare(
                &what,
                estimator.without_fallback(),
                weight,
                bias,
                DOUBLE,
                report,
            )?;
        }
    }
    Ok(())
}

/// A case in one precision.
struct Node<T: Real> {
    linear: Linear<T>,
    x: DMatrix<T>,
    /// Cotangents of the mean loss, as the reference has them.
    gy: DMatrix<T>,
    /// Cotangents of the samples' own losses, as our aggregators want them.
    own: DMatrix<T>,
}

impl<T: Real> Node<T> {
    fn new(case: &Case) -> Result<Self, Box<dyn Error>> {
        let (x, gy) = (case.x.to::<T>(), case.gy.to::<T>());
        let own = &gy * T::of_count(x.nrows());
        let linear = Linear::new(case.weight.to(), vector(&case.b))?;
        Ok(Self { linear, x, gy, own })
    }

    fn compare_values(
        &self,
        what: &str,
        y: &Matrix,
        gx: &Matrix,
        relative: f64,
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        compare_matrix(
            &format!("{what} y"),
            &self.linear.apply(&self.x)?,
            y,
            relative,
            report,
        );
        compare_matrix(
            &format!("{what} gx"),
            &self.linear.pull_back(&self.gy)?,
            gx,
            relative,
            report,
        );
        Ok(())
    }

    fn compare(
        &self,
        what: &str,
        estimator: Estimator,
        weight: &Matrix,
        bias: &[Number],
        relative: f64,
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let aggregator = estimator.aggregator(self.x.nrows())?;
        let found: DenseGradient<T> =
            aggregator.of_outer(OuterProducts::new(&self.x, &self.own)?)?;
        compare_matrix(
            &format!("{what} gW"),
            &found.weight,
            weight,
            relative,
            report,
        );
        let bias: DVector<f64> = vector(bias);
        let tolerance = relative * largest(bias.iter().copied());
        report.compare(
            format!("{what} gb"),
            doubles(found.bias.as_slice()),
            bias.iter().copied(),
            tolerance,
        );
        Ok(())
    }
}

fn doubles<T: Real>(values: &[T]) -> impl Iterator<Item = f64> {
    values.iter().map(|x| x.as_f64())
}

/// Compares entry by entry, to a tolerance relative to the largest entry.
fn compare_matrix<T: Real>(
    what: &str,
    found: &DMatrix<T>,
    expected: &Matrix,
    relative: f64,
    report: &mut Report,
) {
    let expected: DMatrix<f64> = expected.to();
    if found.shape() != expected.shape() {
        return report.fail(format!(
            "{what}: shape {:?}, expected {:?}",
            found.shape(),
            expected.shape()
        ));
    }
    let tolerance = relative * largest(expected.iter().copied());
    report.compare(
        what,
        doubles(found.as_slice()),
        expected.iter().copied(),
        tolerance,
    );
}
