//! Estimates where some samples are not finite.

use std::error::Error;

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{Aggregator, NonFinite, Spec};
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

#[derive(Deserialize)]
pub(super) struct Case {
    name: String,
    policy: String,
    #[serde(flatten)]
    estimator: Estimator,
    g: Matrix,
    kept: Vec<usize>,
    out: Vec<Number>,
}

impl Case {
    pub fn compare(&self, report: &mut Report) {
        let what = format!("{} {}", self.name, self.estimator.label());
        let compared = (self.compare_one::<f64>(&format!("{what} f64"), report))
            .and_then(|()| self.compare_one::<f32>(&format!("{what} f32"), report));
        if let Err(error) = compared {
            report.fail(format!("{what}: {error}"));
        }
    }

    fn compare_one<T: Real>(&self, what: &str, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let non_finite = match self.policy.as_str() {
            "drop_samples" => NonFinite::Drop,
            "propagate" => NonFinite::Propagate,
            other => return Err(format!("no policy {other}").into()),
        };
        let spec = Spec {
            non_finite,
            ..self.estimator.spec()?
        };
        let found = spec.of_rows(&self.g.to::<T>())?;
        let kept: DMatrix<f64> = self.g.to::<f64>().select_rows(&self.kept);
        let magnitudes = magnitudes(&spec, &kept);
        let per_magnitude = |(entry, magnitude): (f64, &f64)| entry / magnitude;
        let found = found
            .iter()
            .map(|x| x.as_f64())
            .zip(&magnitudes)
            .map(per_magnitude);
        let expected = self
            .out
            .iter()
            .map(|x| x.0)
            .zip(&magnitudes)
            .map(per_magnitude);
        report.compare(what, found, expected, relative::<T>(&spec));
        Ok(())
    }
}
