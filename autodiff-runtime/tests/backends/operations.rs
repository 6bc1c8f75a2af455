//! Single operations against their definitions.

use autodiff_runtime::nn::{
    Activation, AggregateError, Backend, BackendError, Dense, NetworkError, Real, Update,
};
use autodiff_runtime::robust::{Aggregator, OuterProducts, SoftTruncation, Spec};
use nalgebra::DMatrix;

use super::reference::{
    SIZES, activations, assert_product, assert_rms_close, double, double_activation, of_double,
    read, uniform,
};

fn dense<T: Real, B: Backend<T>>(
    backend: &B,
    weight: &DMatrix<T>,
    bias: &DMatrix<T>,
) -> Dense<B::Matrix> {
    Dense {
        weight: backend.upload(weight).unwrap(),
        bias: backend.upload(bias).unwrap(),
    }
}

pub fn forward_is_the_activation_of_the_product<T: Real, B: Backend<T>>(backend: &B) {
    for (seed, [n, p, q]) in SIZES.into_iter().enumerate() {
        let seed = seed as u64;
        let (x, weight, bias) = (
            uniform::<T>(n, p, seed),
            uniform::<T>(q, p, seed + 100),
            uniform::<T>(q, 1, seed + 200),
        );
        let layer = dense(backend, &weight, &bias);
        let on_backend = backend.upload(&x).unwrap();
        // With ones as an input more, the bias is a column of the weights.
        let with_ones = double(&x).insert_column(p, 1.0);
        let all = double(&weight).insert_column(p, 0.0);
        let mut all = all;
        all.column_mut(p).copy_from(&double(&bias).column(0));
        let mut out = backend.activated().unwrap();
        backend
            .forward(&on_backend, &layer, &Activation::Identity, &mut out)
            .unwrap();
        let z = read(backend, &out.y);
        assert_product(
            &z,
            &with_ones,
            &all.transpose(),
            &format!("z, {n} × {p} × {q}"),
        );
        for activation in activations::<T>() {
            backend
                .forward(&on_backend, &layer, &activation, &mut out)
                .unwrap();
            let exact = double_activation(&activation);
            let expected = double(&z).map(|z| exact.value_and_derivative(z).0);
            let y = read(backend, &out.y);
            for (found, expected) in y.iter().zip(&expected) {
                let error = (found.as_f64() - expected).abs();
                // Functions of OpenCL may be off by a few units in the last place; GELU multiplies by z.
                let allowed = 32.0 * T::EPSILON.as_f64() * (1.0 + expected.abs()) * p as f64;
                assert!(error <= allowed, "{activation}: {found}, not {expected}");
            }
        }
    }
}

pub fn pulled_back_cotangents_are_products<T: Real, B: Backend<T>>(backend: &B) {
    for (seed, [n, p, q]) in SIZES.into_iter().enumerate() {
        let (gy, weight) = (
            uniform::<T>(n, q, seed as u64),
            uniform::<T>(q, p, seed as u64 + 100),
        );
        let mut gx = backend
            .upload(&DMatrix::from_element(n, p, T::NAN))
            .unwrap();
        let (there, w) = (
            backend.upload(&gy).unwrap(),
            backend.upload(&weight).unwrap(),
        );
        backend.pull_back(&there, &w, &mut gx).unwrap();
        let what = format!("gx, {n} × {p} × {q}");
        assert_product(&read(backend, &gx), &double(&gy), &double(&weight), &what);
    }
}

pub fn slopes_multiply_cotangents<T: Real, B: Backend<T>>(backend: &B) {
    // Zero is a kink; large numbers saturate.
    let z = DMatrix::from_fn(17, 11, |i, j| {
        T::of((i as f64 - 8.0) * 0.37 * (j + 1) as f64)
    });
    let cotangent = uniform::<T>(17, 11, 3);
    let identity = dense(backend, &DMatrix::identity(11, 11), &DMatrix::zeros(11, 1));
    for activation in activations::<T>() {
        let mut out = backend.activated().unwrap();
        let x = backend.upload(&z).unwrap();
        backend
            .forward(&x, &identity, &activation, &mut out)
            .unwrap();
        let mut fused = backend.upload(&cotangent).unwrap();
        backend
            .pull_back_activation(&activation, &out.z, &out.y, &mut fused)
            .unwrap();
        let mut y = backend.empty().unwrap();
        backend.activate(&activation, &x, &mut y).unwrap();
        let mut alone = backend.upload(&cotangent).unwrap();
        backend
            .pull_back_activation(&activation, &x, &y, &mut alone)
            .unwrap();
        let exact = double_activation(&activation);
        for found in [read(backend, &fused), read(backend, &alone)] {
            for ((found, z), cotangent) in found.iter().zip(&z).zip(&cotangent) {
                let slope = exact.value_and_derivative(z.as_f64()).1;
                let error = (found.as_f64() - slope * cotangent.as_f64()).abs();
                let allowed = 64.0 * T::EPSILON.as_f64() * (1.0 + z.as_f64().abs());
                assert!(
                    error <= allowed,
                    "{activation} at {z}: {found}, slope {slope}"
                );
            }
        }
    }
}

/// Estimators with kernels, and two without.
const SPECS: [&str; 9] = [
    "mean",
    "mean:scale=1/n",
    "soft-truncation",
    "soft-truncation:delta=0.3,variance=population",
    "soft-truncation:variance=population,variance-floor=0.001,over-n,plain-below=3",
    "soft-truncation:variance-floor=0.1,scale=2",
    "norm-clip:max-norm=0.5",
    "median-of-means:blocks=3",
    "median-of-means:blocks=4,center=coordinate",
];

fn tolerance<T: Real>() -> f64 {
    // 1e-4 of the root mean square in single precision.
    T::EPSILON.as_f64() * 840.0
}

fn assert_aggregates<T: Real, B: Backend<T>>(
    backend: &B,
    x: &DMatrix<T>,
    gy: &DMatrix<T>,
    aggregator: &Spec,
    what: &str,
) {
    let (exact_x, exact_gy) = (double(x), double(gy));
    let outer = OuterProducts::new(&exact_x, &exact_gy).unwrap();
    let expected = aggregator.of_outer(outer).unwrap();
    let (there_x, there_gy) = (backend.upload(x).unwrap(), backend.upload(gy).unwrap());
    // What is not written shows.
    let mut gradient = Dense {
        weight: backend
            .upload(&DMatrix::from_element(gy.ncols(), x.ncols(), T::NAN))
            .unwrap(),
        bias: backend
            .upload(&DMatrix::from_element(gy.ncols(), 1, T::NAN))
            .unwrap(),
    };
    backend
        .aggregate(&there_x, &there_gy, aggregator, &mut gradient)
        .unwrap();
    let what = format!("{what}, {aggregator}");
    let bias = DMatrix::from_column_slice(gy.ncols(), 1, expected.bias.as_slice());
    assert_rms_close(
        &read(backend, &gradient.weight),
        &expected.weight,
        tolerance::<T>(),
        &what,
    );
    assert_rms_close(
        &read(backend, &gradient.bias),
        &bias,
        tolerance::<T>(),
        &what,
    );
}

pub fn gradients_agree_with_the_written_out_samples<T: Real, B: Backend<T>>(backend: &B) {
    for (seed, [n, p, q]) in SIZES.into_iter().enumerate() {
        let data = |columns, seed| of_double(&super::common::data(n, columns, seed));
        let (x, gy) = (data(p, seed as u64), data(q, seed as u64 + 100));
        for spec in SPECS {
            let aggregator: Spec = spec.parse().unwrap();
            assert_aggregates(backend, &x, &gy, &aggregator, &format!("{n} × {p} × {q}"));
        }
    }
}

/// Data on which sums of squares say little: constant columns, a far mean, one giant sample, huge and tiny numbers, zeros.
pub fn hard_data_are_aggregated_as_in_double_precision<T: Real, B: Backend<T>>(backend: &B) {
    let (n, p, q) = (50, 9, 6);
    let base = |columns, seed| super::common::data(n, columns, seed);
    let giant = |mut matrix: DMatrix<f64>| {
        matrix.row_mut(0).scale_mut(1e4);
        matrix
    };
    let cases = [
        (
            "constant",
            DMatrix::from_element(n, p, 3.0),
            DMatrix::from_element(n, q, 0.1),
        ),
        (
            "far from zero",
            base(p, 1).add_scalar(1000.0),
            base(q, 2).add_scalar(1000.0),
        ),
        ("a giant sample", giant(base(p, 3)), giant(base(q, 4))),
        ("huge", base(p, 5) * 1e12, base(q, 6) * 1e10),
        ("tiny", base(p, 7) * 1e-8, base(q, 8) * 1e-9),
        (
            "dead units",
            base(p, 9).map(|x| if x > 0.0 { x } else { 0.0 }),
            base(q, 10) * 0.0,
        ),
    ];
    for (what, x, gy) in &cases {
        for spec in [
            "soft-truncation",
            "soft-truncation:variance=population,delta=0.3",
        ] {
            let aggregator: Spec = spec.parse().unwrap();
            assert_aggregates::<T, B>(backend, &of_double(x), &of_double(gy), &aggregator, what);
        }
    }
    let unguarded = SoftTruncation::default().unguarded(true);
    let ones = backend
        .upload(&DMatrix::from_element(4, 1, T::ONE))
        .unwrap();
    let mut gradient = backend.gradient().unwrap();
    let outcome = backend.aggregate(&ones, &ones, &unguarded, &mut gradient);
    let printed_as_nan = outcome.is_err() || read(backend, &gradient.weight)[0].as_f64().is_nan();
    assert!(printed_as_nan, "σ = 0 without a guard is 0/0");
}

pub fn a_step_moves_each_parameter_by_its_formula<T: Real, B: Backend<T>>(backend: &B) {
    let (w, b) = (uniform::<T>(13, 7, 1), uniform::<T>(13, 1, 2));
    let (gw, gb) = (uniform::<T>(13, 7, 3), uniform::<T>(13, 1, 4));
    let gradient = dense(backend, &gw, &gb);
    // Squares, as the second moments of Adam are.
    let squares = |matrix: &DMatrix<T>| matrix.map(|x| x * x);
    let [step_size, momentum, epsilon] = [0.25, 0.75, 0.125].map(T::of);
    let (decay, correction) = ([0.5, 0.75].map(T::of), [2.0, 4.0].map(T::of));
    // From g, w and what is remembered: the new w and what is remembered then.
    type Formula = fn([f64; 4]) -> [f64; 3];
    let formulas: [(Update<T>, Formula); 3] = [
        (Update::Descent { step_size }, |[g, w, m, v]| {
            [w - 0.25 * g, m, v]
        }),
        (
            Update::HeavyBall {
                step_size,
                momentum,
            },
            |[g, w, m, v]| {
                let ball = 0.75 * m + g;
                [w - 0.25 * ball, ball, v]
            },
        ),
        (
            Update::Adam {
                step_size,
                decay,
                correction,
                epsilon,
            },
            |[g, w, m, v]| {
                let (m, v) = (0.5 * m + 0.5 * g, 0.75 * v + 0.25 * g * g);
                let (mean, square) = (m * 2.0, v * 4.0);
                [w - 0.25 * mean / (square.sqrt() + 0.125), m, v]
            },
        ),
    ];
    for (update, formula) in formulas {
        let mut layer = dense(backend, &w, &b);
        let mut memory: Vec<_> = (0..update.memories())
            .map(|_| dense(backend, &squares(&gw), &squares(&b)))
            .collect();
        backend
            .update(update, &gradient, &mut memory, &mut layer)
            .unwrap();
        let found = [&layer].into_iter().chain(&memory);
        for (number, found) in found.enumerate() {
            let expected = |g: &DMatrix<T>, w: &DMatrix<T>, m: DMatrix<T>| {
                let entry = |i: usize, j: usize| [g[(i, j)], w[(i, j)], m[(i, j)], m[(i, j)]];
                DMatrix::from_fn(g.nrows(), g.ncols(), |i, j| {
                    formula(entry(i, j).map(Real::as_f64))[number]
                })
            };
            let (of_weight, of_bias) = (
                expected(&gw, &w, squares(&gw)),
                expected(&gb, &b, squares(&b)),
            );
            let (tolerance, what) = (8.0 * T::EPSILON.as_f64(), format!("{update:?}, {number}"));
            assert_rms_close(&read(backend, &found.weight), &of_weight, tolerance, &what);
            assert_rms_close(&read(backend, &found.bias), &of_bias, tolerance, &what);
        }
    }
}

pub fn sizes_that_do_not_fit_are_errors<T: Real, B: Backend<T>>(backend: &B) {
    let matrix = |rows, columns| backend.upload(&uniform::<T>(rows, columns, 1)).unwrap();
    let layer = Dense {
        weight: matrix(3, 2),
        bias: matrix(3, 1),
    };
    let crooked = Dense {
        weight: matrix(3, 2),
        bias: matrix(2, 1),
    };
    let mut out = backend.activated().unwrap();
    let mut gradient = backend.gradient().unwrap();
    let mut other = Dense {
        weight: matrix(2, 3),
        bias: matrix(3, 1),
    };
    let mut same = Dense {
        weight: matrix(3, 2),
        bias: matrix(3, 1),
    };
    let identity = Activation::Identity;
    let (descent, ball) = (
        Update::Descent { step_size: T::ONE },
        Update::HeavyBall {
            step_size: T::ONE,
            momentum: T::ZERO,
        },
    );
    let outcomes = [
        backend.forward(&matrix(4, 3), &layer, &identity, &mut out),
        backend.forward(&matrix(4, 2), &crooked, &identity, &mut out),
        backend.pull_back(&matrix(4, 2), &layer.weight, &mut out.y),
        backend.aggregate(
            &matrix(4, 2),
            &matrix(5, 3),
            &"mean".parse::<Spec>().unwrap(),
            &mut gradient,
        ),
        backend.pull_back_activation(
            &Activation::Tanh,
            &matrix(4, 2),
            &matrix(4, 2),
            &mut matrix(4, 3),
        ),
        backend.update(descent, &layer, &mut [], &mut other),
        backend.update(ball, &layer, &mut [], &mut same),
        backend.update(ball, &layer, &mut [crooked], &mut same),
    ];
    for (at, outcome) in outcomes.into_iter().enumerate() {
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains("expected"), "{at}: {message}");
    }
}

pub fn empty_batches_are_empty_or_errors<T: Real, B: Backend<T>>(backend: &B) {
    let layer = dense(backend, &uniform::<T>(3, 2, 1), &uniform::<T>(3, 1, 2));
    let x = backend.upload(&DMatrix::zeros(0, 2)).unwrap();
    let gy = backend.upload(&DMatrix::zeros(0, 3)).unwrap();
    let mut out = backend.activated().unwrap();
    backend
        .forward(&x, &layer, &Activation::Gelu, &mut out)
        .unwrap();
    assert_eq!(read(backend, &out.y).shape(), (0, 3));
    let mut gx = backend.empty().unwrap();
    backend.pull_back(&gy, &layer.weight, &mut gx).unwrap();
    assert_eq!(read(backend, &gx).shape(), (0, 2));
    let mut gradient = backend.gradient().unwrap();
    for spec in ["mean", "soft-truncation", "median-of-means:blocks=3"] {
        let outcome = backend.aggregate(&x, &gy, &spec.parse::<Spec>().unwrap(), &mut gradient);
        assert!(matches!(
            outcome,
            Err(BackendError::Network(NetworkError::Aggregate {
                source: AggregateError::Empty,
                ..
            }))
        ));
    }
    // Layers without inputs have a bias to learn, layers without outputs nothing.
    for (inputs, outputs) in [(0, 3), (2, 0), (0, 0)] {
        let x = backend.upload(&uniform::<T>(5, inputs, 1)).unwrap();
        let gy = backend.upload(&uniform::<T>(5, outputs, 2)).unwrap();
        for spec in ["mean", "soft-truncation"] {
            let spec: Spec = spec.parse().unwrap();
            backend.aggregate(&x, &gy, &spec, &mut gradient).unwrap();
            assert_eq!(read(backend, &gradient.weight).shape(), (outputs, inputs));
            assert_eq!(read(backend, &gradient.bias).shape(), (outputs, 1));
        }
    }
}
