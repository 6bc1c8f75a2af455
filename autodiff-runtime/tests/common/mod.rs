//! Pseudo-random data for the tests.
#![allow(dead_code, reason = "every test binary uses its own part")]

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{AggregateError, Aggregator, OuterProducts, Spec};
use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Numbers roughly normal, with a heavy tail on one side: sums of uniforms, a few of them cubed.
pub fn data(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    DMatrix::from_fn(rows, columns, |_, _| {
        let sum: f64 = (0..6).map(|_| rng.random::<f64>() - 0.5).sum();
        if rng.random::<f64>() < 0.1 {
            0.3 + 40.0 * sum.powi(3).abs()
        } else {
            sum
        }
    })
}

/// The per-sample gradients of a dense layer, written out: a row per sample, W column after column, then b.
pub fn written_out<T: Real>(x: &DMatrix<T>, gy: &DMatrix<T>) -> DMatrix<T> {
    let (inputs, outputs) = (x.ncols(), gy.ncols());
    DMatrix::from_fn(x.nrows(), (inputs + 1) * outputs, |i, j| {
        let (p, q) = (j / outputs, j % outputs);
        if p < inputs {
            gy[(i, q)] * x[(i, p)]
        } else {
            gy[(i, q)]
        }
    })
}

/// A dense layer's estimate in the same order.
pub fn flat_outer<T: Real>(
    aggregator: &(impl Aggregator<T> + ?Sized),
    x: &DMatrix<T>,
    gy: &DMatrix<T>,
) -> Option<DVector<T>> {
    let outer = OuterProducts::new(x, gy).unwrap();
    let estimate = match aggregator.of_outer(outer) {
        Err(AggregateError::TooFew { .. }) => return None,
        estimate => estimate.unwrap(),
    };
    let entries = estimate.weight.iter().chain(estimate.bias.iter());
    Some(DVector::from_iterator(
        estimate.weight.len() + estimate.bias.len(),
        entries.copied(),
    ))
}

/// Every estimator of the library, in several settings.
pub const SPECS: [&str; 42] = [
    "mean",
    "mean:scale=1/n",
    "mean:clip=0.1",
    "soft-truncation",
    "soft-truncation:delta=0.3,variance=population",
    "soft-truncation:variance=population,variance-floor=0.001,over-n,plain-below=3",
    "m-location:psi=tanh",
    "m-location:psi=huber,spread=mad-normal",
    "m-location:psi=pseudo-huber,spread=geman-quad,multiple=sqrt(n/log)",
    "m-location:psi=gudermann,spread=geman-abs",
    "m-location:psi=fair,spread=mad",
    "m-location:psi=atan,spread=0.5",
    "m-location:psi=logistic,multiple=2",
    "m-location:psi=catoni-narrow,multiple=sqrt(n/2log),delta=0.01",
    "m-fixed-point:psi=catoni-giulini,multiple=sqrt(n/2log),iterations=2",
    "m-fixed-point:psi=catoni-wide,spread=mad,start=median,iterations=3",
    "catoni",
    "catoni:delta=0.2,variance=1",
    "smoothed-noise",
    "trimmed-mean:trim=20%",
    "winsorized-mean",
    "median",
    "meamed:f=30%",
    "geometric-median",
    "geometric-median:scope=separate",
    "geometric-median-smoothed",
    "geometric-median-smoothed:nu=0.000001,iterations=8,start=mean",
    "median-of-means",
    "median-of-means:blocks=4,center=coordinate",
    "median-of-means:blocks=5,scope=separate",
    "median-of-means:blocks=1000",
    "krum",
    "multi-krum:f=10%,plain-distances",
    "multi-krum:f=1,scope=separate",
    "bulyan:f=1",
    "centered-clipping:tau=0.5,iterations=5",
    "centered-clipping:tau=median,iterations=2",
    "norm-clip",
    "norm-clip:max-norm=median",
    "norm-normalize",
    "nnm-trimmed-mean",
    "caf",
];

/// Whether an estimate has the unit of the data: no parameter fixes a length.
pub fn follows_scale(text: &str) -> bool {
    let lengths = [
        "floor",
        "clip=",
        "spread=0",
        "variance=1",
        "smoothed:",
        "geometric-median-smoothed",
        "tau=0",
        "norm-clip",
        "norm-normalize",
    ];
    !lengths.iter().any(|length| text.contains(length)) || text.contains("=median")
}

/// Whether the origin is no point of its own, and the estimate is at the scale of the mean.
pub fn follows_translation(text: &str) -> bool {
    let origins = ["noise", "clip", "1/n", "norm", "smoothed"];
    follows_scale(text) && !origins.iter().any(|origin| text.contains(origin))
}

/// Whether the order of the samples is without effect: no blocks of neighbours, no picks by ties.
pub fn ignores_order(text: &str) -> bool {
    let blocks = text.contains("of-means") && !text.contains("1000");
    !blocks && !text.contains("bulyan")
}

/// The estimate, or `None` where there are too few samples for it.
pub fn of_rows<T: Real>(text: &str, rows: &DMatrix<T>) -> Option<DVector<T>> {
    match spec(text).of_rows(rows) {
        Err(AggregateError::TooFew { .. }) => None,
        estimate => Some(estimate.unwrap_or_else(|error| panic!("{text}: {error}"))),
    }
}

pub fn spec(text: &str) -> Spec {
    text.parse().unwrap()
}

pub fn assert_close<T: Real>(
    found: &DVector<T>,
    expected: &DVector<T>,
    tolerance: f64,
    what: &str,
) {
    let error = (found - expected).amax().as_f64();
    assert!(
        error <= tolerance,
        "{what}: {found} is not {expected}, off by {error:e}"
    );
}
