//! One dense layer, forward and backward, with the node's aggregators.

use std::collections::BTreeMap;
use std::error::Error;

use autodiff_runtime::nn::{Linear, Real};
use autodiff_runtime::robust::{Aggregator, DenseGradient, OuterProducts};
use nalgebra::DMatrix;
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

pub(super) fn compare(name: &str, file: &File, report: &mut Report) {
    for case in &file.cases {
        let what = format!("{name} {}", case.name);
        if let Err(error) = compare_case(&what, case, report) {
            report.fail(format!("{what}: {error}"));
        }
    }
}

fn compare_case(what: &str, case: &Case, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let (double, single) = (Node::<f64>::new(case)?, Node::<f32>::new(case)?);
    double.compare_values(&format!("{what} f64"), &case.y, &case.gx, report)?;
    single.compare_values(&format!("{what} f32"), &case.y_f32, &case.gx_f32, report)?;
    for (name, outcome) in &case.results {
        let what = format!("{what} {name}");
        let estimator =
            Estimator::named(name, case.delta).ok_or_else(|| format!("no estimator {name}"))?;
        let Outcome { weight, bias, .. } = outcome;
        double.compare(&format!("{what} f64"), estimator, weight, bias, report)?;
        let Outcome {
            weight_f32,
            bias_f32,
            ..
        } = outcome;
        single.compare(
            &format!("{what} f32"),
            estimator,
            weight_f32,
            bias_f32,
            report,
        )?;
        if let (Some(weight), Some(bias)) = (
            &outcome.weight_without_fallback,
            &outcome.bias_without_fallback,
        ) {
            let what = format!("{what} without fallback f64");
            double.compare(&what, estimator.without_fallback(), weight, bias, report)?;
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
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let relative = relative::<T>();
        for (name, found, expected) in [
            ("y", self.linear.apply(&self.x)?, y.to::<f64>()),
            ("gx", self.linear.pull_back(&self.gy)?, gx.to::<f64>()),
        ] {
            let tolerance = relative * largest(expected.iter().copied());
            compare_matrix(
                &format!("{what} {name}"),
                &found,
                &expected,
                tolerance,
                report,
            );
        }
        Ok(())
    }

    fn compare(
        &self,
        what: &str,
        estimator: Estimator,
        weight: &Matrix,
        bias: &[Number],
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let aggregator = estimator.aggregator(self.x.nrows())?;
        let outer = OuterProducts::new(&self.x, &self.own)?;
        let found: DenseGradient<T> = aggregator.of_outer(outer)?;
        let (weight, bias) = (weight.to::<f64>(), vector::<f64>(bias));
        let tolerance = self.tolerance(estimator, &weight);
        compare_matrix(
            &format!("{what} gW"),
            &found.weight,
            &weight,
            tolerance,
            report,
        );
        let tolerance = self.tolerance(estimator, &bias);
        let found = found.bias.iter().map(|x| x.as_f64());
        report.compare(format!("{what} gb"), found, bias.iter().copied(), tolerance);
        Ok(())
    }

    /// Relative to the largest entry of the result; in `f32`, where a mean loses digits beside an outlier, at least
    /// relative to what the largest sample contributes.
    fn tolerance<'a>(
        &self,
        estimator: Estimator,
        result: impl IntoIterator<Item = &'a f64>,
    ) -> f64 {
        let result = largest(result.into_iter().copied());
        if !is_single::<T>() {
            return relative::<T>() * result;
        }
        let samples = self.x.nrows();
        let norm = |row: &[f64]| largest(row.iter().copied());
        let sample = |i: usize| {
            let row = |m: &DMatrix<T>| m.row(i).iter().map(|x| x.as_f64()).collect::<Vec<_>>();
            norm(&row(&self.own)) * norm(&row(&self.x)).max(1.0)
        };
        let contribution = largest((0..samples).map(sample)) / estimator.divisor(samples);
        relative::<T>() * result.max(contribution)
    }
}

fn is_single<T: Real>() -> bool {
    T::EPSILON.as_f64() > 1e-10
}

fn relative<T: Real>() -> f64 {
    if is_single::<T>() { 1e-5 } else { 1e-12 }
}

fn compare_matrix<T: Real>(
    what: &str,
    found: &DMatrix<T>,
    expected: &DMatrix<f64>,
    tolerance: f64,
    report: &mut Report,
) {
    if found.shape() != expected.shape() {
        let (found, expected) = (found.shape(), expected.shape());
        return report.fail(format!("{what}: shape {found:?}, expected {expected:?}"));
    }
    let found = found.iter().map(|x| x.as_f64());
    report.compare(what, found, expected.iter().copied(), tolerance);
}
