//! Estimates from finite samples, in rows or as a dense layer.

use std::error::Error;

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{Aggregator, OuterProducts, Spec};
use nalgebra::DMatrix;
use serde::Deserialize;

use super::estimator::Estimator;
use super::tolerance::{magnitudes, relative};
use crate::golden::numbers::{Matrix, Number};
use crate::golden::report::Report;

#[derive(Deserialize)]
pub(super) struct File {
    pub cases: Vec<Case>,
}

/// Data and what was made of them.
#[derive(Deserialize)]
pub(super) struct Case {
    name: String,
    #[serde(flatten)]
    data: Data,
    results: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(tag = "form", rename_all = "lowercase")]
enum Data {
    Rows { g: Matrix },
    Layer { x: Matrix, gy: Matrix },
}

#[derive(Deserialize)]
struct Expected {
    #[serde(flatten)]
    estimator: Estimator,
    out: Option<Vec<Number>>,
    #[serde(rename = "gW")]
    weight: Option<Matrix>,
    #[serde(rename = "gb")]
    bias: Option<Vec<Number>>,
    objective: Option<Number>,
    #[serde(default = "unique")]
    unique: bool,
}

fn unique() -> bool {
    true
}

impl Case {
    pub fn compare(&self, report: &mut Report) {
        for expected in &self.results {
            self.compare_one::<f64>(expected, "f64", report);
            self.compare_one::<f32>(expected, "f32", report);
        }
    }

    fn compare_one<T: Real>(&self, expected: &Expected, precision: &str, report: &mut Report) {
        let what = format!("{} {} {precision}", self.name, expected.estimator.label());
        if let Err(error) = self.try_compare::<T>(expected, &what, report) {
            report.fail(format!("{what}: {error}"));
        }
    }

    fn try_compare<T: Real>(
        &self,
        expected: &Expected,
        what: &str,
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let spec = expected.estimator.spec()?;
        let gradients = self.data.gradients();
        let found = self.data.estimate::<T>(&spec)?;
        if expected.unique {
            let magnitudes = magnitudes(&spec, &gradients);
            let per_magnitude = |entries: Vec<f64>| {
                let entries = entries.into_iter().zip(&magnitudes);
                entries
                    .map(|(entry, magnitude)| entry / magnitude)
                    .collect::<Vec<_>>()
            };
            let wanted = expected.entries().ok_or("no estimate to compare with")?;
            if wanted.len() != found.len() {
                return Err(format!("{} numbers, expected {}", found.len(), wanted.len()).into());
            }
            let (found, wanted) = (per_magnitude(found), per_magnitude(wanted));
            report.compare(what, found, wanted, relative::<T>(&spec));
        } else if let Some(objective) = expected.objective {
            let parts = self.data.parts(expected.estimator.scope.as_deref());
            let sum: f64 = parts
                .into_iter()
                .map(|(from, to)| {
                    (gradients.row_iter())
                        .map(|row| {
                            distance(row.iter().skip(from).take(to - from), &found[from..to])
                        })
                        .sum::<f64>()
                })
                .sum();
            let tolerance = relative::<T>(&spec) * objective.0.abs().max(1e-300);
            report.compare(format!("{what} objective"), [sum], [objective.0], tolerance);
        }
        Ok(())
    }
}

fn distance<'a>(row: impl Iterator<Item = &'a f64>, z: &[f64]) -> f64 {
    row.zip(z).map(|(g, z)| (g - z).powi(2)).sum::<f64>().sqrt()
}

impl Expected {
    /// The estimate as one list: W column after column, then b.
    fn entries(&self) -> Option<Vec<f64>> {
        if let Some(out) = &self.out {
            return Some(out.iter().map(|x| x.0).collect());
        }
        let (weight, bias) = (self.weight.as_ref()?.to::<f64>(), self.bias.as_ref()?);
        Some(
            weight
                .iter()
                .copied()
                .chain(bias.iter().map(|x| x.0))
                .collect(),
        )
    }
}

impl Data {
    /// Written out, a row a sample; of a layer W column after column, then b.
    fn gradients(&self) -> DMatrix<f64> {
        match self {
            Self::Rows { g } => g.to(),
            Self::Layer { x, gy } => {
                let (x, gy) = (x.to::<f64>(), gy.to::<f64>());
                let (inputs, outputs) = (x.ncols(), gy.ncols());
                DMatrix::from_fn(x.nrows(), (inputs + 1) * outputs, |i, j| {
                    let (p, q) = (j / outputs, j % outputs);
                    gy[(i, q)] * if p < inputs { x[(i, p)] } else { 1.0 }
                })
            }
        }
    }

    fn estimate<T: Real>(&self, spec: &Spec) -> Result<Vec<f64>, Box<dyn Error>> {
        Ok(match self {
            Self::Rows { g } => {
                let estimate = spec.of_rows(&g.to::<T>())?;
                estimate.iter().map(|x| x.as_f64()).collect()
            }
            Self::Layer { x, gy } => {
                let (x, gy) = (x.to::<T>(), gy.to::<T>());
                let estimate = spec.of_outer(OuterProducts::new(&x, &gy)?)?;
                let entries = estimate.weight.iter().chain(estimate.bias.iter());
                entries.map(|x| x.as_f64()).collect()
            }
        })
    }

    /// The coordinates that are one vector each.
    fn parts(&self, scope: Option<&str>) -> Vec<(usize, usize)> {
        let all = self.gradients().ncols();
        match (self, scope) {
            (Self::Layer { gy, .. }, Some("separate")) => {
                let weights = all - gy.to::<f64>().ncols();
                vec![(0, weights), (weights, all)]
            }
            _ => vec![(0, all)],
        }
    }
}
