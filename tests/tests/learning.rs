//! Differentiated functions inside the learning library, and its steps without allocation.

use allocation_counter::measure;
use autodiff_runtime::differentiate;
use autodiff_runtime::nalgebra::DMatrix;
use autodiff_runtime::nn::{
    Activation, Loss, Pass, PerSample, Sequential, Sgd, SoftmaxCrossEntropy,
};
use autodiff_runtime::robust::{MedianOfMeans, RobGrad, Selection, Spec};

#[differentiate]
fn softplus(x: f64) -> f64 {
    (1.0 + x.exp()).ln()
}

// The attribute wants indices.
#[allow(clippy::needless_range_loop)]
#[differentiate(wrt(output))]
fn cross_entropy(output: &[f64], label: usize) -> f64 {
    let mut total = 0.0;
    for k in 0..output.len() {
        total += output[k].exp();
    }
    total.ln() - output[label]
}

#[differentiate(wrt(w))]
fn squared_residual(w: &[f64], x: f64, y: f64) -> f64 {
    let residual = w[0] + w[1] * x - y;
    0.5 * residual * residual
}

fn batch() -> (DMatrix<f64>, Vec<usize>) {
    let x = DMatrix::from_fn(100, 2, |i, j| ((i * 37 + j * 11) % 100) as f64 / 100.0);
    (x, (0..100).map(|i| i % 3).collect())
}

/// 2-10-10-3 with parameters that are neither equal nor zero.
fn network(activation: Activation<f64>) -> Sequential<f64> {
    let mut network = Sequential::dense(&[2, 10, 10, 3], activation).unwrap();
    for linear in network.linears_mut() {
        let (weight, bias) = linear.parameters_mut();
        for (i, parameter) in weight.iter_mut().chain(bias).enumerate() {
            *parameter = (i as f64 + 0.5).sin();
        }
    }
    network
}

fn gradient<L: Loss<f64>>(network: &Sequential<f64>, loss: &L, targets: &L::Targets) -> Vec<f64> {
    let mut pass = Pass::new();
    let mean = network
        .gradient(&batch().0, loss, targets, &mut pass)
        .unwrap();
    let layers = pass
        .gradients()
        .iter()
        .map(|g| g.weight.iter().chain(g.bias.iter()));
    [mean]
        .into_iter()
        .chain(layers.flatten().copied())
        .collect()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-14,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn a_differentiated_activation_is_like_the_built_in() {
    let ours = network(Activation::Softplus);
    let theirs = network(Activation::custom("softplus", softplus_value_and_grad));
    assert_eq!(
        Activation::Softplus.value_and_derivative(0.5).0,
        softplus(0.5)
    );
    let labels = batch().1;
    let (found, expected) = (
        gradient(&theirs, &SoftmaxCrossEntropy, &labels),
        gradient(&ours, &SoftmaxCrossEntropy, &labels),
    );
    assert_close(&found, &expected);
}

#[test]
fn a_differentiated_loss_is_like_the_built_in() {
    let mut scratch = [0.0; 2];
    assert_eq!(
        cross_entropy(&[0.0, 0.0], 1),
        cross_entropy_grad_into(&[0.0, 0.0], &mut scratch, 1)
    );
    let network = network(Activation::Tanh);
    let loss = PerSample::new(|output: &[f64], gradient: &mut [f64], label: &usize| {
        cross_entropy_grad_into(output, gradient, *label)
    });
    let labels = batch().1;
    assert_close(
        &gradient(&network, &loss, &labels),
        &gradient(&network, &SoftmaxCrossEntropy, &labels),
    );
}

#[test]
fn robust_descent_takes_a_differentiated_loss() {
    let x: Vec<f64> = (0..40).map(|i| f64::from(7 * i % 40) / 40.0).collect();
    let mut y: Vec<f64> = x.iter().map(|x| 1.0 + 2.0 * x).collect();
    y[17] = 1e9;
    let mut w = [0.0, 0.0];
    RobGrad::new(MedianOfMeans::new(5).unwrap())
        .run(&mut w, 40, 2000, 0.5, &Selection::All, |i, w, gradient| {
            squared_residual_grad_into(w, gradient, x[i], y[i])
        })
        .unwrap();
    assert!(
        (w[0] - 1.0).abs() < 1e-6 && (w[1] - 2.0).abs() < 1e-6,
        "{w:?}"
    );
}

#[test]
fn steps_after_the_first_allocate_nothing() {
    let (x, labels) = batch();
    for text in [
        "mean",
        "soft-truncation:over-n",
        "median-of-means",
        "median-of-means:center=coordinate,scale=1/n",
    ] {
        let mut network = network(Activation::Relu).aggregated_by(text.parse::<Spec>().unwrap());
        let (sgd, mut pass) = (Sgd::new(0.1).unwrap(), Pass::new());
        let mut step = || {
            network
                .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
                .unwrap();
            sgd.step(&mut network, &pass).unwrap();
        };
        step();
        assert_eq!(measure(step).count_total, 0, "{text}");
    }
}
