//! Whole networks, against the ones of this crate.

use std::fmt::Debug;

use autodiff_runtime::nn::{
    Activation, Adam, AggregateError, Backend, BackendError, Coordinatewise, Layer, Linear,
    LossError, NetworkError, Optimiser, Pass, Real, Resident, ResidentOptimiser, Sequential, Sgd,
    SoftmaxCrossEntropy, SquaredError, Uniform,
};
use autodiff_runtime::robust::{Guarded, Mean, NonFinite, Spec};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::reference::{activations, assert_rms_close, double, uniform};

fn network<T: Real>(widths: &[usize], activation: &Activation<T>) -> Sequential<T> {
    let mut network = Sequential::dense(widths, activation.clone()).unwrap();
    network.initialise(&Uniform::new(0.5).unwrap(), &mut Pcg64::seed_from_u64(5));
    network
}

fn labels(samples: usize) -> Vec<usize> {
    (0..samples).map(|i| i * i % 3).collect()
}

/// Trains both for some steps and asserts that they stay together.
fn assert_trains_alike<T: Real, B: Backend<T> + Clone>(
    backend: &B,
    mut network: Sequential<T>,
    what: &str,
) {
    let samples = 37;
    let (x, labels) = (uniform::<T>(samples, network.inputs(), 1), labels(samples));
    let mut resident = Resident::new(backend.clone(), &network).unwrap();
    let (sgd, mut pass) = (Sgd::new(T::of(0.1)).unwrap(), Pass::new());
    for _ in 0..5 {
        let loss = network
            .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
            .unwrap();
        let there = resident
            .gradient(&x, &SoftmaxCrossEntropy, &labels)
            .unwrap();
        let tolerance = 1000.0 * T::EPSILON.as_f64();
        assert!(
            (loss.as_f64() - there.as_f64()).abs() <= tolerance,
            "{what}"
        );
        sgd.step(&mut network, &pass).unwrap();
        resident.descend(T::of(0.1)).unwrap();
    }
    let mut back = network.clone();
    resident.write_to(&mut back).unwrap();
    for (expected, found) in network.linears().zip(back.linears()) {
        let tolerance = 2000.0 * T::EPSILON.as_f64();
        assert_rms_close(found.weight(), &double(expected.weight()), tolerance, what);
    }
}

pub fn training_agrees_with_the_network<T: Real, B: Backend<T> + Clone>(backend: &B) {
    for activation in activations::<T>() {
        for spec in ["mean", "soft-truncation"] {
            let network =
                network(&[4, 11, 6, 3], &activation).aggregated_by(spec.parse::<Spec>().unwrap());
            assert_trains_alike(backend, network, &format!("{activation}, {spec}"));
        }
    }
}

/// Some steps of an optimiser on both.
fn assert_moves_alike<T, B, O>(backend: &B, optimiser: O)
where
    T: Real,
    B: Backend<T> + Clone,
    O: Optimiser<T> + Coordinatewise<T> + Clone + Debug,
{
    let mut network = network(&[4, 9, 3], &Activation::Tanh);
    let (x, labels) = (uniform::<T>(31, 4, 2), labels(31));
    let mut resident = Resident::new(backend.clone(), &network).unwrap();
    let mut there = ResidentOptimiser::new(optimiser.clone());
    let (mut here, mut pass) = (optimiser, Pass::new());
    for _ in 0..6 {
        network
            .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
            .unwrap();
        here.step_graph(network.as_mut(), &pass).unwrap();
        resident
            .gradient(&x, &SoftmaxCrossEntropy, &labels)
            .unwrap();
        there.step(&mut resident).unwrap();
    }
    let mut back = network.clone();
    resident.write_to(&mut back).unwrap();
    for (expected, found) in network.linears().zip(back.linears()) {
        let tolerance = 2000.0 * T::EPSILON.as_f64();
        let what = format!("{here:?}");
        assert_rms_close(found.weight(), &double(expected.weight()), tolerance, &what);
    }
    let other = super::agreement::network(&[4, 8, 3], &Activation::Tanh);
    let mut other = Resident::new(backend.clone(), &other).unwrap();
    assert!(there.step(&mut other).is_err(), "no gradients yet");
    other.gradient(&x, &SoftmaxCrossEntropy, &labels).unwrap();
    let before = other.gradients().unwrap();
    let outcome = there.step(&mut other);
    // Plain descent has no memory that could be another's.
    assert_eq!(outcome.is_ok(), here.update().memories() == 0);
    assert_eq!(other.gradients().unwrap(), before);
}

pub fn optimisers_agree_with_those_of_the_network<T: Real, B: Backend<T> + Clone>(backend: &B) {
    let step_size = T::of(0.05);
    let sgd = Sgd::new(step_size).unwrap();
    assert_moves_alike(backend, sgd);
    assert_moves_alike(backend, sgd.with_momentum(T::of(0.9)).unwrap());
    // Where a gradient is nearly 0 its sign, which is most that counts for Adam, is that of rounding errors without a larger ε.
    let adam = Adam::new(step_size).unwrap().epsilon(T::of(1e-3)).unwrap();
    assert_moves_alike(backend, adam);
}

pub fn what_has_no_kernel_is_computed_all_the_same<T: Real, B: Backend<T> + Clone>(backend: &B) {
    let spec: Spec = "median-of-means:blocks=5".parse().unwrap();
    let robust = network(&[4, 7, 3], &Activation::Gelu).aggregated_by(spec);
    assert_trains_alike(backend, robust, "median of means");
    // Activations first, last and in a row.
    let linear = |inputs, outputs, seed| {
        let bias = uniform::<T>(outputs, 1, seed + 1).column(0).into_owned();
        Linear::new(uniform(outputs, inputs, seed), bias).unwrap()
    };
    let layers: Vec<Layer<T>> = vec![
        Activation::Tanh.into(),
        linear(4, 5, 10).into(),
        Layer::Sum,
        Activation::Gelu.into(),
        Activation::Softplus.into(),
        linear(5, 3, 20).into(),
        linear(3, 3, 30).into(),
        Activation::Sigmoid.into(),
        Activation::Gelu.into(),
    ];
    assert_trains_alike(backend, Sequential::new(layers).unwrap(), "odd layers");
}

pub fn samples_that_are_not_finite_meet_the_policy<T: Real, B: Backend<T> + Clone>(backend: &B) {
    let mut x = uniform::<T>(9, 2, 1);
    // It counts for nothing in the output, but not in the gradient of the weight.
    x[(4, 0)] = T::INFINITY;
    let targets = uniform::<T>(9, 1, 2);
    let linear = || Linear::new(DMatrix::zeros(1, 2), nalgebra::DVector::zeros(1)).unwrap();
    let run = |linear: Linear<T>| {
        let network = Sequential::new([linear.into(), Activation::<T>::Relu.into()]).unwrap();
        let mut resident = Resident::new(backend.clone(), &network).unwrap();
        let outcome = resident.gradient(&x, &SquaredError, &targets);
        outcome.map(|_| resident.gradients().unwrap())
    };
    let first = run(linear());
    assert!(
        matches!(
            first,
            Err(BackendError::Network(
                NetworkError::Aggregate {
                    layer: 0,
                    source: AggregateError::NonFinite { sample: 4 }
                } | NetworkError::Loss(LossError::NonFinite { sample: 4 })
            ))
        ),
        "{first:?}"
    );
    // A cotangent that is not finite by way of the targets never passes the loss; one of the input does where the weights do
    // not see it.
    let x_of_aggregate = uniform::<T>(9, 2, 3);
    let mut bad = x_of_aggregate.clone();
    bad[(4, 1)] = T::NAN;
    let gy = uniform::<T>(9, 1, 4);
    let mut gradient = backend.gradient().unwrap();
    let (there, cotangent) = (backend.upload(&bad).unwrap(), backend.upload(&gy).unwrap());
    match backend.aggregate(&there, &cotangent, &Mean, &mut gradient) {
        Err(BackendError::Network(NetworkError::Aggregate { source, .. })) => {
            assert_eq!(source, AggregateError::NonFinite { sample: 4 });
        }
        outcome => {
            outcome.unwrap();
            assert_eq!(backend.non_finite(&[gradient]).unwrap(), [0]);
        }
    }
    let lenient = Guarded::new(Mean, NonFinite::Propagate);
    let mut gradient = backend.gradient().unwrap();
    backend
        .aggregate(&there, &cotangent, &lenient, &mut gradient)
        .unwrap();
    assert!(
        super::reference::read(backend, &gradient.weight)[1]
            .as_f64()
            .is_nan()
    );
}

pub fn the_same_bits_come_out_again<T: Real, B: Backend<T> + Clone>(backend: &B) {
    let run = || {
        let network = network(&[7, 33, 3], &Activation::Tanh)
            .aggregated_by("soft-truncation".parse::<Spec>().unwrap());
        let mut resident = Resident::new(backend.clone(), &network).unwrap();
        let x = uniform::<T>(65, 7, 9);
        for _ in 0..10 {
            resident
                .gradient(&x, &SoftmaxCrossEntropy, &labels(65))
                .unwrap();
            resident.descend(T::of(0.5)).unwrap();
        }
        resident.gradients().unwrap()
    };
    assert_eq!(run(), run());
}
