//! Losses, initial parameters, optimisers, minibatches, the training loop, and parameters in files.

mod common;

use std::ops::ControlFlow;

use autodiff_runtime::nn::{
    Activation, Adam, Deviates, Ending, Gather, Glorot, Graph, He, Hinge, Huber, Initialise,
    Linear, Loss, LossError, Minibatches, Momentum, NetworkError, Optimiser, Pass, Real,
    Sequential, Sgd, SoftmaxCrossEntropy, SquaredError, StorageError, Training, Uniform,
};
use autodiff_runtime::robust::MedianOfMeans;
use common::data;
use nalgebra::{DMatrix, dmatrix};
use rand::SeedableRng;
use rand_pcg::Pcg64;

fn network<T: Real>(widths: &[usize]) -> Sequential<T> {
    let mut network = Sequential::dense(widths, Activation::Tanh).unwrap();
    network.initialise(&Uniform::new(1.0).unwrap(), &mut Pcg64::seed_from_u64(3));
    network
}

fn parameters<T: Real>(network: &Sequential<T>) -> Vec<T> {
    network
        .linears()
        .flat_map(|l| l.weight().iter().chain(l.bias()))
        .copied()
        .collect()
}

/// The mean loss and the cotangents of the samples' own losses.
type Evaluation<T> = Result<(T, DMatrix<T>), LossError>;

fn evaluate<T: Real, L: Loss<T>>(
    loss: &L,
    outputs: &DMatrix<T>,
    targets: &L::Targets,
) -> Evaluation<T> {
    let mut cotangent = DMatrix::zeros(outputs.nrows(), outputs.ncols());
    loss.evaluate(outputs, targets, &mut cotangent, &mut Vec::new())
        .map(|mean| (mean, cotangent))
}

/// Cotangents are N times the derivatives of the mean.
fn assert_cotangents<L: Loss<f64>>(loss: &L, outputs: &DMatrix<f64>, targets: &L::Targets) {
    let (_, found) = evaluate(loss, outputs, targets).unwrap();
    let step = 1e-6;
    for at in 0..outputs.len() {
        let value = |by: f64| {
            let mut moved = outputs.clone();
            moved[at] += by;
            evaluate(loss, &moved, targets).unwrap().0
        };
        let expected = (value(step) - value(-step)) / (2.0 * step) * outputs.nrows() as f64;
        assert!(
            (found[at] - expected).abs() < 1e-7,
            "at {at}: {}, not {expected}",
            found[at]
        );
    }
}

#[test]
fn losses_have_their_derivatives() {
    let clamped = |seed| data(9, 3, seed).map(|x| x.clamp(-2.0, 2.0));
    let (outputs, targets) = (clamped(1), clamped(2));
    let labels: Vec<usize> = (0..9).map(|i| i % 3).collect();
    assert_cotangents(&SquaredError, &outputs, &targets);
    assert_cotangents(&SoftmaxCrossEntropy, &outputs, &labels);
    assert_cotangents(&Hinge, &outputs, &labels);
    for delta in [0.1, 1.0, 100.0] {
        assert_cotangents(&Huber::new(delta).unwrap(), &outputs, &targets);
    }
    let signs: Vec<usize> = (0..9).map(|i| i % 2).collect();
    assert_cotangents(&Hinge, &data(9, 1, 3), &signs);
}

#[test]
fn a_wide_huber_loss_is_the_squared_error() {
    let (outputs, targets) = (data(9, 3, 1), data(9, 3, 2));
    let huber = Huber::new(1e6).unwrap();
    assert_eq!(
        evaluate(&huber, &outputs, &targets),
        evaluate(&SquaredError, &outputs, &targets)
    );
    // And a narrow one δ times the absolute error, but for the rounded corner.
    let (narrow, _) = evaluate(&Huber::new(1e-9).unwrap(), &outputs, &targets).unwrap();
    let absolute = (outputs - targets).abs().sum() / 9.0;
    assert!((narrow / 1e-9 - absolute).abs() < 1e-6);
    assert!(Huber::new(0.0).is_err() && Huber::new(f64::INFINITY).is_err());
}

#[test]
fn the_hinge_is_flat_beyond_the_margin_and_at_its_kink() {
    let at = |outputs: DMatrix<f64>, label| evaluate(&Hinge, &outputs, &[label]).unwrap();
    assert_eq!(
        at(dmatrix![1.0, 0.0, 0.0], 0),
        (0.0, dmatrix![0.0, 0.0, 0.0])
    );
    // Of two rivals as strong, the first.
    assert_eq!(
        at(dmatrix![0.0, 0.0, 0.0], 1),
        (1.0, dmatrix![1.0, -1.0, 0.0])
    );
    assert_eq!(at(dmatrix![0.25], 0), (1.25, dmatrix![1.0]));
    assert_eq!(at(dmatrix![-1.0], 0), (0.0, dmatrix![0.0]));
}

#[test]
fn losses_refuse_what_they_cannot_use() {
    let outputs = dmatrix![0.0, 1.0; 1.0, 0.0];
    let label = LossError::Label {
        sample: 1,
        label: 2,
        classes: 2,
    };
    assert_eq!(evaluate(&Hinge, &outputs, &[0, 2]), Err(label));
    let one = dmatrix![0.0; 1.0];
    assert_eq!(evaluate(&Hinge, &one, &[0, 2]), Err(label));
    assert!(matches!(
        evaluate(&Hinge, &outputs, &[0]),
        Err(LossError::Shape(_))
    ));
    assert_eq!(
        evaluate(&Hinge, &DMatrix::<f64>::zeros(0, 2), &[]),
        Err(LossError::Empty)
    );
    let bad = |loss: &dyn Fn(&DMatrix<f64>) -> Evaluation<f64>| {
        for value in [f64::NAN, f64::INFINITY] {
            for column in 0..2 {
                let mut outputs = outputs.clone();
                outputs[(1, column)] = value;
                assert_eq!(
                    loss(&outputs),
                    Err(LossError::NonFinite { sample: 1 }),
                    "{value} in {column}"
                );
            }
        }
    };
    bad(&|outputs| evaluate(&Hinge, outputs, &[0, 1]));
    bad(&|outputs| evaluate(&Huber::new(1.0).unwrap(), outputs, &DMatrix::zeros(2, 2)));
    bad(&|outputs| evaluate(&SquaredError, outputs, &DMatrix::zeros(2, 2)));
}

/// Mean square of the weights of a wide layer, and whether its biases are zero.
fn drawn(initialiser: &impl Initialise<f64>) -> (f64, f64) {
    let mut linear = Linear::zeros(300, 100);
    initialiser.initialise(&mut linear, &mut Pcg64::seed_from_u64(1));
    assert_eq!(linear.bias().amax(), 0.0);
    (
        linear.weight().norm_squared() / 30_000.0,
        linear.weight().amax(),
    )
}

#[test]
fn initial_weights_have_their_variance() {
    // Four standard errors: √(2/n) of the variance for normal, √(0.8/n) for uniform numbers, n = 30 000.
    for (expected, (normal, _), (uniform, largest)) in [
        (
            2.0 / 300.0,
            drawn(&He(Deviates::Normal)),
            drawn(&He(Deviates::Uniform)),
        ),
        (
            2.0 / 400.0,
            drawn(&Glorot(Deviates::Normal)),
            drawn(&Glorot(Deviates::Uniform)),
        ),
    ] {
        assert!((normal / expected - 1.0).abs() < 4.0 * (2.0_f64 / 30_000.0).sqrt());
        assert!((uniform / expected - 1.0).abs() < 4.0 * (0.8_f64 / 30_000.0).sqrt());
        assert!(largest <= (3.0 * expected).sqrt() && largest > 0.99 * (3.0 * expected).sqrt());
    }
}

#[test]
fn initial_weights_in_single_precision_are_those_in_double_rounded() {
    let (mut double, mut single) = (Linear::<f64>::zeros(20, 5), Linear::<f32>::zeros(20, 5));
    He(Deviates::Normal).initialise(&mut double, &mut Pcg64::seed_from_u64(1));
    He(Deviates::Normal).initialise(&mut single, &mut Pcg64::seed_from_u64(1));
    assert_eq!(double.weight().map(|w| w as f32), *single.weight());
    // No inputs at all are no division by zero.
    He(Deviates::Normal).initialise(
        &mut Linear::<f32>::zeros(0, 2),
        &mut Pcg64::seed_from_u64(1),
    );
}

/// The parameters after each of five steps, and the gradients before them.
fn walk(optimiser: &mut impl Optimiser<f64>) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let (mut network, mut pass) = (network(&[2, 3, 2]), Pass::new());
    let (x, y) = (data(8, 2, 1), data(8, 2, 2));
    let (mut places, mut gradients) = (vec![parameters(&network)], Vec::new());
    for _ in 0..5 {
        network.gradient(&x, &SquaredError, &y, &mut pass).unwrap();
        let gradient = pass
            .gradients()
            .iter()
            .flat_map(|g| g.weight.iter().chain(&g.bias))
            .copied();
        gradients.push(gradient.collect());
        optimiser.step_graph(network.as_mut(), &pass).unwrap();
        places.push(parameters(&network));
    }
    (places, gradients)
}

#[test]
fn momentum_is_a_weighted_sum_of_all_gradients() {
    let (places, gradients) = walk(&mut Momentum::new(0.1, 0.8).unwrap());
    for step in 0..5 {
        for at in 0..places[0].len() {
            // Unrolled: v = Σ μ^(t−s) g_s.
            let velocity: f64 = (0..=step)
                .map(|s| 0.8_f64.powi((step - s) as i32) * gradients[s][at])
                .sum();
            let expected = places[step][at] - 0.1 * velocity;
            assert!((places[step + 1][at] - expected).abs() < 1e-14);
        }
    }
    let plain = walk(&mut Sgd::new(0.1).unwrap());
    assert_eq!(
        walk(&mut Sgd::new(0.1).unwrap().with_momentum(0.0).unwrap()),
        plain
    );
}

#[test]
fn adam_is_a_ratio_of_weighted_moments() {
    let (places, gradients) = walk(&mut Adam::new(0.01).unwrap().decays(0.7, 0.9).unwrap());
    for step in 0..5 {
        for at in 0..places[0].len() {
            // Bias-corrected moments are averages with weights β^(t−s).
            let average = |decay: f64, power: i32| {
                let weight = |s: usize| decay.powi((step - s) as i32);
                let sum: f64 = (0..=step)
                    .map(|s| weight(s) * gradients[s][at].powi(power))
                    .sum();
                sum / (0..=step).map(weight).sum::<f64>()
            };
            let expected =
                places[step][at] - 0.01 * average(0.7, 1) / (average(0.9, 2).sqrt() + 1e-8);
            assert!((places[step + 1][at] - expected).abs() < 1e-13);
        }
    }
}

#[test]
fn an_optimiser_remembers_one_network() {
    let mut adam = Adam::new(0.01).unwrap();
    let mut pass = Pass::new();
    for (widths, fits) in [([2, 3, 2], true), ([2, 4, 2], false), ([2, 3, 2], true)] {
        let mut network = network(&widths);
        network
            .gradient(
                &data(4, 2, 1),
                &SoftmaxCrossEntropy,
                &[0, 1, 0, 1],
                &mut pass,
            )
            .unwrap();
        let before = parameters(&network);
        let moved = adam.step(&mut network, &pass);
        assert_eq!(moved.is_ok(), fits);
        assert_eq!(before != parameters(&network), fits);
    }
}

#[test]
fn memories_of_frozen_layers_are_kept_apart() {
    let (x, y) = (data(8, 2, 1), data(8, 2, 2));
    let run = |freeze: bool| {
        let (mut network, mut pass) = (network(&[2, 3, 2]), Pass::new());
        let mut descent = Momentum::new(0.1, 0.9).unwrap();
        for step in 0..3 {
            network
                .linear_mut(0)
                .unwrap()
                .set_frozen(freeze && step == 1);
            network.gradient(&x, &SquaredError, &y, &mut pass).unwrap();
            descent.step(&mut network, &pass).unwrap();
            if freeze && step == 1 {
                return parameters(&network);
            }
        }
        parameters(&network)
    };
    // The second layer moves in the second step as it would have if the first had moved too: its gradient is of the
    // same place.
    let (mut whole, mut pass) = (network(&[2, 3, 2]), Pass::new());
    let mut descent = Momentum::new(0.1, 0.9).unwrap();
    for _ in 0..2 {
        whole.gradient(&x, &SquaredError, &y, &mut pass).unwrap();
        descent.step(&mut whole, &pass).unwrap();
    }
    assert_eq!(run(true)[9..], parameters(&whole)[9..]);
    assert_ne!(run(true)[..9], parameters(&whole)[..9]);
}

#[test]
fn optimisers_check_their_parameters() {
    assert!(Momentum::new(0.0, 0.5).is_err() && Momentum::new(0.1, 1.0).is_err());
    assert!(Momentum::new(0.1, -0.1).is_err() && Momentum::new(0.1, f64::NAN).is_err());
    assert!(Adam::new(f64::INFINITY).is_err());
    assert!(Adam::new(0.1).unwrap().decays(0.9, 1.0).is_err());
    assert!(Adam::new(0.1).unwrap().epsilon(0.0).is_err());
    assert!(Adam::new(0.1).unwrap().set_step_size(-1.0).is_err());
}

#[test]
fn an_epoch_takes_every_sample_once() {
    for (samples, size) in [(10, 3), (10, 10), (7, 1), (12, 4)] {
        let mut batches = Minibatches::seeded(samples, size, 5).unwrap();
        let mut epochs = Vec::new();
        for _ in 0..3 {
            let per_epoch = batches.per_epoch();
            let order: Vec<usize> = (0..per_epoch)
                .flat_map(|_| batches.next_batch().to_vec())
                .collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..samples).collect::<Vec<_>>());
            epochs.push(order);
        }
        assert!(epochs[0] != epochs[1] && epochs[1] != epochs[2]);
    }
    let mut whole = Minibatches::seeded(10, 4, 5).unwrap().whole_batches();
    assert_eq!(whole.per_epoch(), 2);
    assert!((0..20).all(|_| whole.next_batch().len() == 4));
    assert!(Minibatches::seeded(10, 11, 5).is_err() && Minibatches::seeded(10, 0, 5).is_err());
    assert!(Minibatches::seeded(0, 0, 5).is_err());
    assert!(
        dmatrix![1.0]
            .gather(&[1], &mut DMatrix::zeros(0, 0))
            .is_err()
    );
}

/// Trains on a regression problem and returns the losses and the parameters.
fn trained<T: Real>(seed: u64) -> (Vec<T>, Vec<T>) {
    let mut network = network::<T>(&[2, 8, 1]);
    let x = data(50, 2, 1).map(|x| T::of(x.clamp(-1.0, 1.0)));
    let y = DMatrix::from_fn(50, 1, |i, _| x[(i, 0)] * x[(i, 1)]);
    let training = Training::new(60).minibatches(8, seed);
    let mut adam = Adam::new(T::of(0.01)).unwrap();
    let mut epochs = 0;
    let report = training
        .run(&mut network, &mut adam, &SquaredError, &x, &y, |progress| {
            epochs += 1;
            assert_eq!((progress.epoch, progress.steps), (epochs, 7 * epochs));
            assert_eq!(progress.network.inputs(), 2);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(
        (report.ending, report.steps, epochs),
        (Ending::Finished, 420, 60)
    );
    (report.losses, parameters(&network))
}

#[test]
fn training_is_the_same_for_a_seed() {
    assert_eq!(trained::<f64>(1), trained::<f64>(1));
    assert_ne!(trained::<f64>(1), trained::<f64>(2));
    let (double, single) = (trained::<f64>(1).0, trained::<f32>(1).0);
    for (double, single) in double.iter().zip(&single) {
        assert!((double - f64::from(*single)).abs() < 1e-4);
    }
    assert!(
        double[59] < 0.3 * double[0],
        "{} after {}",
        double[59],
        double[0]
    );
}

#[test]
fn a_full_batch_training_is_gradient_descent() {
    let (mut by_hand, mut looped) = (network::<f64>(&[2, 3, 1]), network::<f64>(&[2, 3, 1]));
    let (x, y) = (data(9, 2, 1), data(9, 1, 2));
    let (mut sgd, mut pass) = (Sgd::new(0.05).unwrap(), Pass::new());
    let losses: Vec<f64> = (0..4)
        .map(|_| {
            let loss = by_hand.gradient(&x, &SquaredError, &y, &mut pass).unwrap();
            sgd.step(&mut by_hand, &pass).unwrap();
            loss
        })
        .collect();
    let report = Training::new(4)
        .run(&mut looped, &mut sgd, &SquaredError, &x, &y, |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(parameters(&by_hand), parameters(&looped));
    for (found, expected) in report.losses.iter().zip(losses) {
        assert!((found - expected).abs() < 1e-14);
    }
}

#[test]
fn a_training_that_leaves_the_numbers_ends_and_says_so() {
    let mut network = network::<f64>(&[2, 3, 1]);
    let (x, y) = (data(9, 2, 1), data(9, 1, 2));
    let report = Training::new(1000)
        .run(
            &mut network,
            &mut Sgd::new(1e100).unwrap(),
            &SquaredError,
            &x,
            &y,
            |_| ControlFlow::Continue(()),
        )
        .unwrap();
    assert!(matches!(report.ending, Ending::NonFinite(_)), "{report:?}");
    assert!(report.steps < 1000 && report.losses.len() == report.steps);
    let error = Training::new(1).run(
        &mut network,
        &mut Sgd::new(0.1).unwrap(),
        &SquaredError,
        &DMatrix::zeros(0, 2),
        &DMatrix::zeros(0, 1),
        |_| ControlFlow::Continue(()),
    );
    assert_eq!(error, Err(NetworkError::Loss(LossError::Empty)));
    let mut run = |training: Training, targets: usize| {
        training.run(
            &mut network,
            &mut Sgd::new(0.1).unwrap(),
            &SquaredError,
            &x,
            &data(targets, 1, 2),
            |_| ControlFlow::Continue(()),
        )
    };
    assert!(matches!(
        run(Training::new(1), 8),
        Err(NetworkError::Shape(_))
    ));
    assert!(matches!(
        run(Training::new(1).minibatches(0, 1), 9),
        Err(NetworkError::Parameter(_))
    ));
    // A batch size beyond the samples is all of them.
    let all = run(Training::new(0).minibatches(10, 1), 9).unwrap();
    assert_eq!((all.steps, all.ending), (0, Ending::Finished));
}

#[test]
fn a_robust_training_resists_a_wrong_sample() {
    let x = DMatrix::from_fn(60, 1, |i, _| (7 * i % 60) as f64 / 60.0);
    let mut y = x.map(|x| 1.0 + 2.0 * x);
    y[17] = 1e6;
    let mut network = Sequential::dense(&[1, 1], Activation::Relu).unwrap();
    network
        .linear_mut(0)
        .unwrap()
        .set_aggregator(MedianOfMeans::new(5).unwrap());
    let training = Training::new(400).minibatches(30, 2);
    training
        .run(
            &mut network,
            &mut Sgd::new(0.5).unwrap(),
            &SquaredError,
            &x,
            &y,
            |_| ControlFlow::Continue(()),
        )
        .unwrap();
    assert!((network.apply(&dmatrix![1.0]).unwrap()[0] - 3.0).abs() < 1e-3);
}

fn stored() -> Graph<f64> {
    network(&[2, 3, 2]).into()
}

fn refusal(bytes: &[u8]) -> StorageError {
    let mut network = stored();
    let before = network.to_safetensors().unwrap();
    let error = network.load_safetensors(bytes).unwrap_err();
    assert_eq!(
        network.to_safetensors().unwrap(),
        before,
        "a refused file changes nothing"
    );
    error
}

#[test]
fn parameters_come_back_from_a_file() {
    let graph = stored();
    let path = std::env::temp_dir().join(format!("autodiff-{}.safetensors", std::process::id()));
    graph.save(&path).unwrap();
    let mut fresh: Graph<f64> = Sequential::dense(&[2, 3, 2], Activation::Tanh)
        .unwrap()
        .into();
    fresh.load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        fresh.to_safetensors().unwrap(),
        graph.to_safetensors().unwrap()
    );
    assert_eq!(
        fresh.apply(&data(5, 2, 1)).unwrap(),
        graph.apply(&data(5, 2, 1)).unwrap()
    );
    assert!(matches!(fresh.load(&path), Err(StorageError::Io { .. })));
}

#[test]
fn the_file_is_row_major_as_pytorch_has_it() {
    let mut network = Sequential::<f32>::new([Linear::zeros(2, 2).into()]).unwrap();
    // W = (1 2; 3 4), column after column.
    network
        .linear_mut(0)
        .unwrap()
        .parameters_mut()
        .0
        .copy_from_slice(&[1.0, 3.0, 2.0, 4.0]);
    let bytes = network.as_ref().to_safetensors().unwrap();
    let row_major: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    assert!(bytes.windows(16).any(|window| window == row_major));
    let header = String::from_utf8_lossy(&bytes);
    assert!(header.contains("0.weight") && header.contains("0.bias") && header.contains("[2,2]"));
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let bytes = stored().to_safetensors().unwrap();
    for length in [0, 4, 8, 20, bytes.len() / 2, bytes.len() - 1] {
        assert!(
            matches!(refusal(&bytes[..length]), StorageError::Format(_)),
            "{length} bytes"
        );
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(refusal(&longer), StorageError::Format(_)));
    assert!(matches!(
        refusal(b"{\"no\": \"safetensors\"}"),
        StorageError::Format(_)
    ));

    let wider: Graph<f64> = network(&[2, 4, 2]).into();
    let error = refusal(&wider.to_safetensors().unwrap());
    assert_eq!(
        error.to_string(),
        "tensor `0.weight` has shape [4, 2], and the network needs [3, 2]"
    );
    let single: Graph<f32> = network(&[2, 3, 2]).into();
    let error = refusal(&single.to_safetensors().unwrap());
    assert_eq!(
        error.to_string(),
        "tensor `0.weight` holds F32, and the network computes in F64"
    );
    let shallow: Graph<f64> = network(&[2, 3]).into();
    let error = refusal(&shallow.to_safetensors().unwrap());
    assert_eq!(error.to_string(), "tensor `2.weight` is missing");
    let deep: Graph<f64> = network(&[2, 3, 2, 2]).into();
    let error = refusal(&deep.to_safetensors().unwrap());
    assert_eq!(
        error.to_string(),
        "tensor `4.bias` belongs to no layer of the network"
    );
}
