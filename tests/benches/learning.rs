//! Training steps of the Iris network, and the aggregation of one dense layer.

use autodiff_runtime::nalgebra::DMatrix;
use autodiff_runtime::nn::{Activation, Pass, Real, Sequential, Sgd, SoftmaxCrossEntropy};
use autodiff_runtime::robust::{Aggregator, DenseGradient, OuterProducts, Spec, Workspace};
use divan::Bencher;

fn main() {
    divan::main();
}

const METHODS: [&str; 4] = [
    "mean",
    "soft-truncation",
    "soft-truncation:variance=population,variance-floor=0.001,over-n,plain-below=3",
    "median-of-means",
];

/// Numbers without a pattern that matters.
fn filled<T: Real>(rows: usize, columns: usize) -> DMatrix<T> {
    DMatrix::from_fn(rows, columns, |i, j| {
        T::of(((i * 37 + j * 101) as f64 * 0.7).sin())
    })
}

/// One full-batch step of 2-10-10-3 on 100 samples, every layer aggregated by the method.
#[divan::bench(types = [f32, f64], args = METHODS)]
fn iris_step<T: Real>(bencher: Bencher<'_, '_>, method: &str) {
    let (x, labels) = (
        filled::<T>(100, 2),
        (0..100).map(|i| i % 3).collect::<Vec<_>>(),
    );
    let mut network = Sequential::dense(&[2, 10, 10, 3], Activation::Relu)
        .unwrap()
        .aggregated_by(method.parse::<Spec>().unwrap());
    for linear in network.linears_mut() {
        let (weight, bias) = linear.parameters_mut();
        for (i, parameter) in weight.iter_mut().chain(bias).enumerate() {
            *parameter = T::of((i as f64 + 0.5).sin());
        }
    }
    let (sgd, mut pass) = (Sgd::new(T::of(0.001)).unwrap(), Pass::new());
    bencher.bench_local(|| {
        network
            .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
            .unwrap();
        sgd.step(&mut network, &pass).unwrap();
    });
}

/// The aggregated gradient of a dense layer of 64 × 128 weights from 256 samples.
#[divan::bench(types = [f32, f64], args = METHODS)]
fn dense_layer<T: Real>(bencher: Bencher<'_, '_>, method: &str) {
    let (x, gy) = (filled::<T>(256, 128), filled::<T>(256, 64));
    let spec: Spec = method.parse().unwrap();
    let (mut estimate, mut work) = (DenseGradient::default(), Workspace::new());
    bencher.bench_local(|| {
        let outer = OuterProducts::new(&x, &gy).unwrap();
        spec.aggregate_outer(outer, &mut estimate, &mut work)
            .unwrap();
    });
}
