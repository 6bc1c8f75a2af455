//! Pseudo-random data for the tests.
#![allow(dead_code, reason = "every test binary uses its own part")]

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{OuterProducts, Spec};
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
    aggregator: &(impl autodiff_runtime::robust::Aggregator<T> + ?Sized),
    x: &DMatrix<T>,
    gy: &DMatrix<T>,
) -> DVector<T> {
    let outer = OuterProducts::new(x, gy).unwrap();
    let estimate = aggregator.of_outer(outer).unwrap();
    let entries = estimate.weight.iter().chain(estimate.bias.iter());
    DVector::from_iterator(
        estimate.weight.len() + estimate.bias.len(),
        entries.copied(),
    )
}

/// Every estimator of the library, in several settings.
pub const SPECS: [&str; 9] = [
    "mean",
    "mean:scale=1/n",
    "soft-truncation",
    "soft-truncation:delta=0.3,variance=population",
    "soft-truncation:variance=population,variance-floor=0.001,over-n,plain-below=3",
    "median-of-means",
    "median-of-means:blocks=4,center=coordinate",
    "median-of-means:blocks=5,scope=separate",
    "median-of-means:blocks=1000",
];

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

/// The OpenCL device to test on. Without one the test says that it is skipped, or fails under `REQUIRE_OPENCL=1`.
#[cfg(feature = "opencl")]
pub fn device_or_skip() -> Option<autodiff_runtime::opencl::OpenCl> {
    match autodiff_runtime::opencl::OpenCl::open() {
        Ok(device) => Some(device),
        Err(error) if std::env::var("REQUIRE_OPENCL").is_ok_and(|value| value == "1") => {
            panic!("REQUIRE_OPENCL=1, and yet: {error}")
        }
        Err(error) => {
            // Past the capture of output, so that a skipped test is seen to be one.
            let line = format!("SKIPPED: {error}\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
            None
        }
    }
}
