//! Networks: gradients against finite differences and against single samples, shapes, errors.

mod common;

use autodiff_runtime::nn::{
    Activation, AggregateError, Layer, Linear, Loss, LossError, NetworkError, Pass, PerSample,
    Real, Sequential, Sgd, ShapeError, SoftmaxCrossEntropy, SquaredError, Uniform,
};
use autodiff_runtime::robust::{Aggregator, Mean};
use common::{SPECS, assert_close, data, spec};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use rand::SeedableRng;
use rand_pcg::Pcg64;

/// Every activation of the library, and one of the user's.
fn activations<T: Real>() -> Vec<Activation<T>> {
    vec![
        Activation::Identity,
        Activation::Relu,
        Activation::leaky_relu(T::of(0.1)).unwrap(),
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Gelu,
        Activation::custom("sine", |x: T| (x.sin(), x.cos())),
    ]
}

fn network<T: Real>(widths: &[usize], activation: &Activation<T>, seed: u64) -> Sequential<T> {
    let mut network = Sequential::dense(widths, activation.clone()).unwrap();
    network.initialise(&Uniform::new(1.0).unwrap(), &mut Pcg64::seed_from_u64(seed));
    network
}

fn parameters<T: Real>(network: &Sequential<T>) -> Vec<T> {
    let layers = network
        .linears()
        .map(|l| l.weight().iter().chain(l.bias().iter()));
    layers.flatten().copied().collect()
}

fn set_parameters(network: &mut Sequential<f64>, values: &[f64]) {
    let mut values = values.iter();
    for linear in network.linears_mut() {
        let (weight, bias) = linear.parameters_mut();
        weight
            .iter_mut()
            .chain(bias)
            .zip(&mut values)
            .for_each(|(p, value)| *p = *value);
    }
}

fn gradient_of<T: Real, L: Loss<T>>(
    network: &Sequential<T>,
    x: &DMatrix<T>,
    loss: &L,
    targets: &L::Targets,
) -> (T, DVector<T>) {
    let mut pass = Pass::new();
    let mean = network.gradient(x, loss, targets, &mut pass).unwrap();
    let layers = pass
        .gradients()
        .iter()
        .map(|g| g.weight.iter().chain(g.bias.iter()));
    (mean, DVector::from_vec(layers.flatten().copied().collect()))
}

/// Central differences of the mean loss, which are exact to about 10⁻⁹ here.
fn assert_gradient<L: Loss<f64>>(
    activation: &Activation<f64>,
    loss: &L,
    targets: &L::Targets,
    what: &str,
) {
    let mut network = network(&[2, 4, 3, 3], activation, 3);
    let x = data(7, 2, 8).map(|x| x.clamp(-2.0, 2.0));
    let (_, found) = gradient_of(&network, &x, loss, targets);
    let at = parameters(&network);
    let mut difference = |j: usize| {
        let step = 1e-5;
        let mut moved = at.clone();
        let mut value = |by: f64| {
            moved[j] = at[j] + by;
            set_parameters(&mut network, &moved);
            gradient_of(&network, &x, loss, targets).0
        };
        (value(step) - value(-step)) / (2.0 * step)
    };
    let expected = DVector::from_fn(at.len(), |j, _| difference(j));
    assert_close(&found, &expected, 1e-7, what);
}

#[test]
fn gradients_are_derivatives_of_the_loss() {
    let labels = [0, 1, 2, 0, 1, 2, 1];
    let targets = data(7, 3, 9);
    let logistic = PerSample::new(|output: &[f64], gradient: &mut [f64], sign: &f64| {
        let margin = sign * (output[0] + 2.0 * output[1] - output[2]);
        let slope = -sign / (1.0 + margin.exp());
        for (g, factor) in gradient.iter_mut().zip([1.0, 2.0, -1.0]) {
            *g += slope * factor;
        }
        (-margin).exp().ln_1p()
    });
    let signs = labels.map(|label| if label == 0 { -1.0 } else { 1.0 });
    for activation in activations() {
        assert_gradient(
            &activation,
            &SoftmaxCrossEntropy,
            &labels,
            &format!("{activation}, cross-entropy"),
        );
        assert_gradient(
            &activation,
            &SquaredError,
            &targets,
            &format!("{activation}, squared error"),
        );
        assert_gradient(
            &activation,
            &logistic,
            &signs,
            &format!("{activation}, logistic"),
        );
    }
}

#[test]
fn activations_have_their_derivatives() {
    for activation in activations::<f64>() {
        for at in [-3.0, -0.4, 0.2, 1.0, 4.0] {
            let step = 1e-6;
            let value = |x| activation.value_and_derivative(x).0;
            let expected = (value(at + step) - value(at - step)) / (2.0 * step);
            let (_, found) = activation.value_and_derivative(at);
            assert!(
                (found - expected).abs() < 1e-8,
                "{activation} at {at}: {found}, not {expected}"
            );
        }
    }
}

#[test]
fn activations_keep_to_their_limits() {
    let at = |activation: Activation<f64>, x| activation.value_and_derivative(x);
    assert_eq!(at(Activation::Relu, 0.0), (0.0, 0.0));
    assert_eq!(at(Activation::Relu, f64::NEG_INFINITY), (0.0, 0.0));
    assert!(at(Activation::Relu, f64::NAN).0.is_nan());
    assert_eq!(at(Activation::leaky_relu(0.1).unwrap(), 0.0), (0.0, 0.1));
    for x in [750.0, 1e300] {
        assert_eq!(at(Activation::Sigmoid, x), (1.0, 0.0));
        assert_eq!(at(Activation::Sigmoid, -x), (0.0, 0.0));
        assert_eq!(at(Activation::Softplus, x), (x, 1.0));
        assert_eq!(at(Activation::Softplus, -x), (0.0, 0.0));
        assert_eq!(at(Activation::Tanh, x), (1.0, 0.0));
    }
    // Φ(1) = 0.841344746068542948…, φ(1) = 0.241970724519143349….
    let (value, derivative) = at(Activation::Gelu, 1.0);
    assert!((value - 0.841_344_746_068_543).abs() < 1e-15);
    assert!((derivative - 1.083_315_470_587_686_3).abs() < 1e-15);
    assert!(Activation::leaky_relu(1.0_f64).is_err() && Activation::leaky_relu(f64::NAN).is_err());
}

#[test]
fn a_layer_aggregates_the_gradients_of_single_samples() {
    let (x, labels) = (data(20, 2, 1), (0..20).map(|i| i % 3).collect::<Vec<_>>());
    let plain = network(&[2, 5, 3], &Activation::Tanh, 2);
    let single: Vec<DVector<f64>> = (0..20)
        .map(|i| {
            gradient_of(
                &plain,
                &x.rows(i, 1).into_owned(),
                &SoftmaxCrossEntropy,
                &labels[i..=i],
            )
            .1
        })
        .collect();
    let rows = DMatrix::from_fn(20, single[0].len(), |i, j| single[i][j]);
    for text in SPECS.into_iter().filter(|text| !text.contains("separate")) {
        let robust = plain.clone().aggregated_by(spec(text));
        let (_, found) = gradient_of(&robust, &x, &SoftmaxCrossEntropy, &labels);
        // Vector estimators see a layer at a time.
        let first = spec(text)
            .of_rows(&rows.columns(0, 15).into_owned())
            .unwrap();
        let second = spec(text)
            .of_rows(&rows.columns(15, 18).into_owned())
            .unwrap();
        let expected = DVector::from_iterator(33, first.iter().chain(second.iter()).copied());
        assert_close(&found, &expected, 1e-11, text);
    }
}

#[test]
fn layers_choose_their_own_aggregators() {
    let (x, labels) = (data(20, 2, 1), [1; 20]);
    let mut mixed = network(&[2, 5, 3], &Activation::Relu, 2);
    let (_, plain) = gradient_of(&mixed, &x, &SoftmaxCrossEntropy, &labels);
    mixed
        .linear_mut(0)
        .unwrap()
        .set_aggregator(spec("mean:scale=1/n"));
    let (_, found) = gradient_of(&mixed, &x, &SoftmaxCrossEntropy, &labels);
    let expected = DVector::from_fn(33, |j, _| if j < 15 { plain[j] / 20.0 } else { plain[j] });
    assert_close(&found, &expected, 1e-15, "first layer over n");
}

#[test]
fn single_precision_follows_double_precision() {
    let (x, labels) = (data(30, 2, 1), (0..30).map(|i| i % 3).collect::<Vec<_>>());
    for activation in [Activation::Relu, Activation::Gelu] {
        let double = network(&[2, 6, 3], &activation, 5);
        let (loss, expected) = gradient_of(&double, &x, &SoftmaxCrossEntropy, &labels);
        let single = network::<f32>(
            &[2, 6, 3],
            &if activation.to_string() == "relu" {
                Activation::Relu
            } else {
                Activation::Gelu
            },
            5,
        );
        let (single_loss, found) =
            gradient_of(&single, &x.map(|x| x as f32), &SoftmaxCrossEntropy, &labels);
        assert!((f64::from(single_loss) - loss).abs() < 1e-6);
        assert_close(&found.map(f64::from), &expected, 1e-5, "f32");
    }
}

#[test]
fn products_of_any_size_are_those_of_nalgebra() {
    // Blocks of eight, four and single samples; pairs of columns and a last one.
    for n in [1, 3, 4, 7, 8, 13, 20] {
        for (p, q) in [(1, 1), (2, 3), (3, 2), (5, 4)] {
            let linear = Linear::new(data(q, p, 1), data(q, 1, 2).column(0).into_owned()).unwrap();
            let (x, gy) = (data(n, p, 3), data(n, q, 4));
            let bias = DMatrix::from_fn(n, q, |_, j| linear.bias()[j]);
            let y = &x * linear.weight().transpose() + bias;
            assert!((linear.apply(&x).unwrap() - y).amax() < 1e-12);
            let gx = &gy * linear.weight();
            assert!((linear.pull_back(&gy).unwrap() - gx).amax() < 1e-12);
            let mean = common::flat_outer(&Mean, &x, &gy).unwrap();
            let gw = gy.transpose() * &x / n as f64;
            assert_close(
                &mean.rows(0, p * q).into_owned(),
                &DVector::from_column_slice(gw.as_slice()),
                1e-12,
                "gW",
            );
        }
    }
}

#[test]
fn cross_entropy_survives_large_outputs() {
    let outputs = dmatrix![1e4_f32, -1e4, 0.0; -1e30, 1e30, 0.0];
    let mut cotangent = DMatrix::zeros(2, 3);
    let loss = SoftmaxCrossEntropy
        .evaluate(&outputs, &[1, 1], &mut cotangent, &mut Vec::new())
        .unwrap();
    assert_eq!(loss, 1e4);
    assert_eq!(cotangent, dmatrix![1.0, -1.0, 0.0; 0.0, 0.0, 0.0]);
}

#[test]
fn a_pass_can_be_used_for_other_batches_and_networks() {
    let (small, large) = (
        network(&[2, 3, 2], &Activation::Relu, 1),
        network(&[2, 4, 4, 2], &Activation::Tanh, 2),
    );
    let mut pass = Pass::new();
    for (network, n) in [(&small, 5), (&large, 9), (&small, 3), (&small, 5)] {
        let (x, labels) = (data(n, 2, 1), vec![1; n]);
        let loss = network
            .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
            .unwrap();
        let (expected, _) = gradient_of(network, &x, &SoftmaxCrossEntropy, &labels);
        assert_eq!(loss, expected);
        assert_eq!(pass.gradients().len(), network.linears().count());
        assert_eq!(pass.output(), Some(&network.apply(&x).unwrap()));
    }
}

#[test]
fn a_step_goes_down_the_gradient() {
    let mut network = network(&[2, 3, 2], &Activation::Tanh, 1);
    let (x, labels, before) = (data(10, 2, 1), [0; 10], parameters(&network));
    let mut pass = Pass::new();
    network
        .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
        .unwrap();
    let (_, gradient) = gradient_of(&network, &x, &SoftmaxCrossEntropy, &labels);
    Sgd::new(0.5).unwrap().step(&mut network, &pass).unwrap();
    let expected = DVector::from_vec(before) - 0.5 * gradient;
    assert_eq!(DVector::from_vec(parameters(&network)), expected);
}

#[test]
fn a_step_needs_the_gradients_of_its_network() {
    let mut pass = Pass::new();
    let mut small = network(&[2, 3, 2], &Activation::Tanh, 1);
    let sgd = Sgd::new(0.5).unwrap();
    assert!(matches!(
        sgd.step(&mut small, &pass),
        Err(NetworkError::Shape(_))
    ));
    let other = network(&[2, 4, 2], &Activation::Tanh, 1);
    other
        .gradient(&data(3, 2, 1), &SoftmaxCrossEntropy, &[0, 1, 0], &mut pass)
        .unwrap();
    let before = parameters(&small);
    assert!(matches!(
        sgd.step(&mut small, &pass),
        Err(NetworkError::Shape(_))
    ));
    assert_eq!(parameters(&small), before);
    assert!(Sgd::new(0.0).is_err() && Sgd::new(f64::NAN).is_err());
}

#[test]
fn initial_parameters_are_uniform_and_reproducible() {
    let draw = |seed| parameters(&network::<f64>(&[20, 100, 3], &Activation::Relu, seed));
    let (values, rounded) = (
        draw(1),
        parameters(&network::<f32>(&[20, 100, 3], &Activation::Relu, 1)),
    );
    assert_eq!(values, draw(1));
    assert_ne!(values, draw(2));
    assert!(
        values
            .iter()
            .zip(&rounded)
            .all(|(double, single)| *double as f32 == *single)
    );
    // Mean 0 and variance 1/3, within four standard errors.
    let n = values.len() as f64;
    let (mean, square) = (
        values.iter().sum::<f64>() / n,
        values.iter().map(|x| x * x).sum::<f64>() / n,
    );
    assert!(values.iter().all(|x| x.abs() <= 1.0));
    assert!(mean.abs() < 4.0 * (1.0 / 3.0 / n).sqrt(), "{mean}");
    assert!(
        (square - 1.0 / 3.0).abs() < 4.0 * (4.0 / 45.0 / n).sqrt(),
        "{square}"
    );
    assert!(Uniform::new(0.0).is_err() && Uniform::new(f64::INFINITY).is_err());
}

#[test]
fn layers_that_do_not_fit_are_an_error() {
    let layers: [Layer<f64>; 3] = [
        Linear::zeros(2, 3).into(),
        Activation::Relu.into(),
        Linear::zeros(4, 1).into(),
    ];
    let error = Sequential::new(layers).unwrap_err();
    assert_eq!(
        error,
        NetworkError::Width {
            layer: 2,
            expected: 4,
            found: 3
        }
    );
    assert_eq!(error.to_string(), "layer 2 takes 4 inputs, but gets 3");
    assert!(Sequential::dense(&[3], Activation::<f64>::Relu).is_err());
    assert!(Linear::new(DMatrix::<f64>::zeros(2, 3), DVector::zeros(3)).is_err());
    let missing = network(&[2, 3, 2], &Activation::<f64>::Relu, 1)
        .linear_mut(2)
        .unwrap_err();
    assert_eq!(
        missing.to_string(),
        "there is no dense layer 2: the network has 2"
    );
}

#[test]
fn batches_that_do_not_fit_are_an_error() {
    let network = network(&[2, 3, 2], &Activation::Relu, 1);
    let gradient = |x: DMatrix<f64>, labels: &[usize]| {
        network
            .gradient(&x, &SoftmaxCrossEntropy, labels, &mut Pass::new())
            .unwrap_err()
    };
    let wrong_width = ShapeError {
        place: "network",
        what: "columns of x",
        expected: 2,
        found: 3,
    };
    assert_eq!(
        gradient(data(4, 3, 1), &[0; 4]),
        NetworkError::Shape(wrong_width)
    );
    assert_eq!(network.apply(&data(4, 3, 1)), Err(wrong_width.into()));
    let too_few = ShapeError {
        place: "loss",
        what: "targets",
        expected: 4,
        found: 3,
    };
    assert_eq!(
        gradient(data(4, 2, 1), &[0; 3]),
        NetworkError::Loss(LossError::Shape(too_few))
    );
    assert_eq!(
        gradient(data(0, 2, 1), &[]),
        NetworkError::Loss(LossError::Empty)
    );
    let label = LossError::Label {
        sample: 2,
        label: 2,
        classes: 2,
    };
    assert_eq!(
        gradient(data(4, 2, 1), &[0, 1, 2, 0]),
        NetworkError::Loss(label)
    );
    let targets = SquaredError.evaluate(
        &data(4, 2, 1),
        &data(4, 3, 1),
        &mut DMatrix::zeros(4, 2),
        &mut Vec::new(),
    );
    assert!(matches!(targets, Err(LossError::Shape(_))));
}

#[test]
fn no_samples_have_no_outputs() {
    let network = network(&[2, 3, 2], &Activation::<f64>::Relu, 1);
    assert_eq!(
        network.apply(&DMatrix::zeros(0, 2)).unwrap().shape(),
        (0, 2)
    );
}

#[test]
fn a_sample_that_is_not_finite_is_named() {
    let network = network(&[2, 3, 2], &Activation::Tanh, 1);
    let mut x = data(6, 2, 1);
    x[(4, 1)] = f64::NAN;
    let error = network
        .gradient(&x, &SoftmaxCrossEntropy, &[0; 6], &mut Pass::new())
        .unwrap_err();
    assert_eq!(
        error,
        NetworkError::Loss(LossError::NonFinite { sample: 4 })
    );
    // Its loss is finite, but its input makes an infinite gradient.
    x[(4, 1)] = f64::INFINITY;
    let error = network
        .gradient(&x, &SoftmaxCrossEntropy, &[0; 6], &mut Pass::new())
        .unwrap_err();
    let source = AggregateError::NonFinite { sample: 4 };
    assert_eq!(error, NetworkError::Aggregate { layer: 0, source });
    assert_eq!(
        error.to_string(),
        "dense layer 0: the gradient of sample 4 is not finite"
    );
}

#[test]
fn bias_and_weights_are_where_they_are_said_to_be() {
    let mut linear = Linear::new(dmatrix![1.0, 2.0; 3.0, 4.0], dvector![5.0, 6.0]).unwrap();
    let (weight, bias) = linear.parameters_mut();
    assert_eq!(
        (&*weight, &*bias),
        ([1.0, 3.0, 2.0, 4.0].as_slice(), [5.0, 6.0].as_slice())
    );
}
