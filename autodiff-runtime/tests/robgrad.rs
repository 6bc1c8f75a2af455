//! Algorithm 1 over arbitrary per-sample gradients.

mod common;

use autodiff_runtime::robust::{
    AggregateError, Guarded, Mean, MedianOfMeans, NonFinite, RobGrad, RobGradError, Scaled,
    Selection,
};
use common::data;
use nalgebra::DMatrix;

/// ℓᵢ(w) = ½ ‖w − aᵢ‖² for the rows aᵢ, whose gradient is w − aᵢ.
fn pull_towards(points: &DMatrix<f64>) -> impl FnMut(usize, &[f64], &mut [f64]) -> f64 {
    |i, w, gradient| {
        let mut loss = 0.0;
        for j in 0..w.len() {
            let residual = w[j] - points[(i, j)];
            gradient[j] += residual;
            loss += 0.5 * residual * residual;
        }
        loss
    }
}

#[test]
fn the_mean_finds_the_mean() {
    let points = data(30, 3, 1);
    let mut w = [0.0; 3];
    let losses = RobGrad::new(Mean)
        .run(&mut w, 30, 200, 0.2, &Selection::All, pull_towards(&points))
        .unwrap();
    for (w, column) in w.iter().zip(points.column_iter()) {
        assert!((w - column.mean()).abs() < 1e-12);
    }
    assert_eq!(losses.len(), 200);
    assert!(losses.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12));
}

#[test]
fn only_selected_weights_get_the_robust_update() {
    let points = data(10, 4, 2);
    let mut w = [0.0; 4];
    // From w = 0 a step of size 1 along the mean goes to the mean of the points; ours divides by ten.
    let selection = Selection::Indices(vec![3, 1]);
    RobGrad::new(Scaled::over_n(Mean))
        .step(&mut w, 10, 1.0, &selection, pull_towards(&points))
        .unwrap();
    for (j, w) in w.iter().enumerate() {
        let mean = points.column(j).mean() / if j % 2 == 1 { 10.0 } else { 1.0 };
        assert!((w - mean).abs() < 1e-14, "{w} is not {mean}");
    }
}

#[test]
fn the_selection_may_change_and_may_be_empty() {
    let points = data(10, 2, 3);
    let (mut w, mut driver) = ([0.0; 2], RobGrad::new(Scaled::by(Mean, 0.0).unwrap()));
    // Whatever is selected stays where it is.
    driver
        .step(
            &mut w,
            10,
            1.0,
            &Selection::Indices(vec![0]),
            pull_towards(&points),
        )
        .unwrap();
    assert!(w[0] == 0.0 && w[1] != 0.0);
    let second = w[1];
    driver
        .step(
            &mut w,
            10,
            1.0,
            &Selection::Indices(vec![1]),
            pull_towards(&points),
        )
        .unwrap();
    assert!(w[0] != 0.0 && w[1] == second);
    driver
        .step(&mut w, 10, 0.5, &Selection::All, pull_towards(&points))
        .unwrap();
    assert_eq!(w[1], second);
    w = [7.0; 2];
    driver
        .step(
            &mut w,
            10,
            1.0,
            &Selection::Indices(vec![]),
            pull_towards(&points),
        )
        .unwrap();
    assert!((w[0] - points.column(0).mean()).abs() < 1e-13);
}

#[test]
fn gradients_may_overwrite_instead_of_adding() {
    let points = data(10, 2, 4);
    let (mut adding, mut writing) = ([0.0; 2], [0.0; 2]);
    let mut driver = RobGrad::new(MedianOfMeans::new(3).unwrap());
    driver
        .run(
            &mut adding,
            10,
            5,
            0.3,
            &Selection::All,
            pull_towards(&points),
        )
        .unwrap();
    driver
        .run(
            &mut writing,
            10,
            5,
            0.3,
            &Selection::All,
            |i, w, gradient| {
                for j in 0..2 {
                    gradient[j] = w[j] - points[(i, j)];
                }
                0.0
            },
        )
        .unwrap();
    assert_eq!(adding, writing);
}

#[test]
fn errors_leave_the_weights_alone() {
    let mut points = data(10, 2, 5);
    let mut w = [1.0, 2.0];
    let mut driver = RobGrad::new(Mean);
    let mut step = |samples, size, selection, points: &DMatrix<f64>| {
        let error = driver
            .step(&mut w, samples, size, &selection, pull_towards(points))
            .unwrap_err();
        assert_eq!(w, [1.0, 2.0]);
        error
    };
    assert_eq!(
        step(0, 0.1, Selection::All, &points),
        RobGradError::Aggregate(AggregateError::Empty)
    );
    let error = step(10, 0.0, Selection::All, &points);
    assert_eq!(
        error.to_string(),
        "step size must be positive and finite, found 0"
    );
    assert!(matches!(
        step(10, f64::NAN, Selection::All, &points),
        RobGradError::StepSize(_)
    ));
    let out_of_range = step(10, 0.1, Selection::Indices(vec![0, 2]), &points);
    assert_eq!(
        out_of_range,
        RobGradError::Index {
            index: 2,
            weights: 2
        }
    );
    let repeated = step(10, 0.1, Selection::Indices(vec![1, 1]), &points);
    assert_eq!(
        repeated,
        RobGradError::Index {
            index: 1,
            weights: 2
        }
    );
    points[(6, 0)] = f64::NAN;
    assert_eq!(
        step(10, 0.1, Selection::All, &points),
        RobGradError::Loss { sample: 6 }
    );
}

#[test]
fn a_gradient_that_is_not_finite_is_named_wherever_it_is() {
    for selection in [
        Selection::All,
        Selection::Indices(vec![0]),
        Selection::Indices(vec![]),
    ] {
        let mut w = [0.0, 0.0];
        let error = RobGrad::new(Mean)
            .step(&mut w, 4, 0.1, &selection, |i, _, gradient| {
                gradient[1] = if i == 2 { f64::INFINITY } else { 1.0 };
                0.0
            })
            .unwrap_err();
        assert_eq!(
            error,
            RobGradError::Aggregate(AggregateError::NonFinite { sample: 2 })
        );
    }
}

#[test]
fn dropped_samples_are_out_of_mean_and_estimate() {
    let mut points = data(10, 2, 6);
    let clean = points.clone().remove_row(3);
    points[(3, 1)] = f64::NAN;
    let selection = Selection::Indices(vec![0]);
    let lenient = Guarded::new(MedianOfMeans::new(3).unwrap(), NonFinite::Drop);
    let (mut found, mut expected) = ([0.0; 2], [0.0; 2]);
    let loss = RobGrad::new(lenient)
        .step(&mut found, 10, 1.0, &selection, pull_towards(&points))
        .unwrap();
    let clean_loss = RobGrad::new(MedianOfMeans::new(3).unwrap())
        .step(&mut expected, 9, 1.0, &selection, pull_towards(&clean))
        .unwrap();
    assert_eq!((found, loss), (expected, clean_loss));
    points.fill(f64::NAN);
    let error = RobGrad::new(lenient)
        .step(&mut found, 10, 1.0, &selection, pull_towards(&points))
        .unwrap_err();
    assert_eq!(
        error,
        RobGradError::Aggregate(AggregateError::NoneFinite { samples: 10 })
    );
}

#[test]
fn single_precision_works_too() {
    let mut w = [0.0_f32];
    RobGrad::new(MedianOfMeans::new(3).unwrap())
        .run(&mut w, 9, 100, 0.5, &Selection::All, |i, w, gradient| {
            let target = if i == 4 { 1e20 } else { 2.0 };
            gradient[0] += w[0] - target;
            0.0
        })
        .unwrap();
    assert!((w[0] - 2.0).abs() < 1e-6);
}

/// The same as [`pull_towards`], for any thread.
fn shared_pull(points: &DMatrix<f64>) -> impl Fn(usize, &[f64], &mut [f64]) -> f64 + Sync {
    |i, w, gradient| pull_towards(points)(i, w, gradient)
}

const STREAMED: [&str; 5] = [
    "mean",
    "soft-truncation",
    "soft-truncation:variance=population,variance-floor=0.5,over-n",
    "norm-clip:max-norm=2",
    "norm-normalize",
];

#[test]
fn threads_change_nothing() {
    let points = data(150, 7, 8);
    for text in STREAMED
        .into_iter()
        .chain(["median", "geometric-median", "trimmed-mean"])
    {
        let descend = |threads: usize, parallel: bool| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut driver = RobGrad::new(common::spec(text));
            let mut w = [0.5; 7];
            let selection = Selection::Indices(vec![6, 0, 2, 3]);
            pool.install(|| {
                for _ in 0..3 {
                    if parallel {
                        driver
                            .par_step(&mut w, 150, 0.3, &selection, shared_pull(&points))
                            .unwrap();
                    } else {
                        driver
                            .step(&mut w, 150, 0.3, &selection, pull_towards(&points))
                            .unwrap();
                    }
                }
            });
            w
        };
        let expected = descend(1, false);
        assert_eq!(descend(1, true), expected, "{text}");
        assert_eq!(descend(2, true), expected, "{text}");
    }
}

#[test]
fn a_stream_gives_the_estimate_of_stored_gradients() {
    let mut points = data(90, 4, 9);
    points[(5, 1)] = 1e6;
    let gradients = -&points;
    for text in STREAMED {
        let mut w = [0.0; 4];
        RobGrad::new(common::spec(text))
            .step(&mut w, 90, 1.0, &Selection::All, pull_towards(&points))
            .unwrap();
        let expected = common::of_rows(text, &gradients).unwrap();
        for (j, w) in w.iter().enumerate() {
            let error = (w + expected[j]).abs();
            assert!(
                error <= 1e-12 * gradients.amax(),
                "{text}: {w} is not {}",
                -expected[j]
            );
        }
    }
}

#[test]
fn a_limit_of_memory_changes_nothing() {
    let points = data(40, 9, 10);
    for text in [
        "median",
        "trimmed-mean",
        "m-location:psi=tanh,spread=mad",
        "geometric-median",
    ] {
        let descend = |driver: RobGrad<f64, autodiff_runtime::robust::Spec>| {
            let mut w = [0.25; 9];
            let mut driver = driver;
            driver
                .step(&mut w, 40, 0.5, &Selection::All, pull_towards(&points))
                .unwrap();
            w
        };
        let expected = descend(RobGrad::new(common::spec(text)));
        for numbers in [0, 100, 360] {
            let limited = RobGrad::new(common::spec(text)).memory(numbers);
            assert_eq!(descend(limited), expected, "{text}, {numbers}");
        }
    }
}
