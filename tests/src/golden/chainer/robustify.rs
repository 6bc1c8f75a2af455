//! ψ, and the robust means of single lists of numbers.

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{Aggregator, psi};
use nalgebra::DMatrix;
use serde::Deserialize;

use super::estimator::Estimator;
use crate::golden::report::largest;
use crate::golden::{Number, Report};

#[derive(Deserialize)]
pub(super) struct File {
    psi: Psi,
    samples: Vec<Sample>,
}

#[derive(Deserialize)]
struct Psi {
    u: Vec<Number>,
    psi_float64: Vec<Number>,
    u_float32: Vec<Number>,
    psi_float32_of_float32_u: Vec<Number>,
}

#[derive(Deserialize)]
struct Sample {
    name: String,
    x: Vec<Number>,
    delta: f64,
    mean: Number,
    softmean_chainrob_float64: Number,
    softmean_chainrob_float32: Number,
    softmean_numpy_float64: Number,
    alg2_printed: Number,
    alg2_guarded: Number,
}

pub(super) fn compare(name: &str, file: &File, report: &mut Report) {
    let File {
        psi: values,
        samples,
    } = file;
    compare_psi::<f64>(
        &format!("{name} psi f64"),
        &values.u,
        &values.psi_float64,
        4e-16,
        report,
    );
    let (u, expected) = (&values.u_float32, &values.psi_float32_of_float32_u);
    compare_psi::<f32>(&format!("{name} psi f32"), u, expected, 2e-7, report);
    for sample in samples {
        compare_sample(
            &format!("{name} {} delta {}", sample.name, sample.delta),
            sample,
            report,
        );
    }
}

fn compare_psi<T: Real>(
    what: &str,
    u: &[Number],
    expected: &[Number],
    tolerance: f64,
    report: &mut Report,
) {
    if u.len() != expected.len() {
        return report.fail(format!(
            "{what}: {} arguments, {} values",
            u.len(),
            expected.len()
        ));
    }
    for (u, expected) in u.iter().zip(expected) {
        report.compare(
            format!("{what} at {}", u.0),
            [psi(T::of(u.0)).as_f64()],
            [expected.0],
            tolerance,
        );
    }
}

fn compare_sample(what: &str, sample: &Sample, report: &mut Report) {
    let double = [
        ("mean", "vanilla", sample.mean),
        (
            "softmean_chainrob_float64",
            "softmean_nfactor",
            sample.softmean_chainrob_float64,
        ),
        (
            "softmean_numpy_float64",
            "softmean_nfactor",
            sample.softmean_numpy_float64,
        ),
        ("alg2_printed", "alg2_printed_nfactor", sample.alg2_printed),
        ("alg2_guarded", "alg2_guarded_nfactor", sample.alg2_guarded),
    ];
    for (field, estimator, expected) in double {
        compare_estimate::<f64>(
            &format!("{what} {field}"),
            sample,
            estimator,
            expected,
            1e-13,
            report,
        );
    }
    let expected = sample.softmean_chainrob_float32;
    let what = format!("{what} softmean_chainrob_float32");
    compare_estimate::<f32>(&what, sample, "softmean_nfactor", expected, 1e-6, report);
}

/// Holds one estimate against the reference, to a tolerance relative to the largest number of the sample.
fn compare_estimate<T: Real>(
    what: &str,
    sample: &Sample,
    estimator: &str,
    expected: Number,
    relative: f64,
    report: &mut Report,
) {
    let x = DMatrix::from_iterator(sample.x.len(), 1, sample.x.iter().map(|x| T::of(x.0)));
    let aggregator = Estimator::named(estimator, sample.delta)
        .ok_or_else(|| format!("no estimator {estimator}"))
        .and_then(|known| {
            known
                .without_fallback()
                .aggregator(x.nrows())
                .map_err(|error| error.to_string())
        });
    match aggregator
        .and_then(|aggregator| aggregator.of_rows(&x).map_err(|error| error.to_string()))
    {
        Ok(found) => {
            let tolerance = relative * largest(sample.x.iter().map(|x| x.0));
            report.compare(what, [found[0].as_f64()], [expected.0], tolerance);
        }
        Err(error) => report.fail(format!("{what}: {error}")),
    }
}
