//! Laws of aggregation beyond single estimators: the whole model, outliers, threads, text.

mod common;

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{
    AggregateError, Aggregator, DenseGradient, NonFinite, OuterProducts, Part, Rows, Spec,
    Workspace,
};
use common::{SPECS, assert_close, data, flat_outer, of_rows, spec, written_out};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

/// Two dense layers and some other parameters, with the gradients of the same samples.
struct Model {
    layers: [(DMatrix<f64>, DMatrix<f64>); 2],
    others: DMatrix<f64>,
}

impl Model {
    fn of(n: usize, seed: u64) -> Self {
        let part = |columns, salt| data(n, columns, seed ^ salt);
        Self {
            layers: [(part(3, 1), part(4, 2)), (part(4, 3), part(2, 4))],
            others: part(3, 5),
        }
    }

    fn estimate(&self, aggregator: &Spec) -> Result<DVector<f64>, AggregateError> {
        let (mut first, mut second) = (DenseGradient::default(), DenseGradient::default());
        let mut third = [0.0; 3];
        let [(x1, gy1), (x2, gy2)] = &self.layers;
        aggregator.aggregate_model(
            &mut [
                Part::dense(OuterProducts::new(x1, gy1)?, &mut first),
                Part::dense(OuterProducts::new(x2, gy2)?.without_bias(), &mut second),
                Part::rows(Rows::from(&self.others), &mut third),
            ],
            &mut Workspace::new(),
        )?;
        assert_eq!(second.bias.len(), 0);
        let entries = first.weight.iter().chain(first.bias.iter());
        let entries = entries.chain(second.weight.iter()).chain(&third);
        Ok(DVector::from_vec(entries.copied().collect()))
    }

    /// All gradients of a sample in one row.
    fn written_out(&self) -> DMatrix<f64> {
        let [(x1, gy1), (x2, gy2)] = &self.layers;
        let first = written_out(x1, gy1);
        let second = written_out(x2, gy2);
        let columns = (first.column_iter())
            .chain(second.columns(0, x2.ncols() * gy2.ncols()).column_iter())
            .chain(self.others.column_iter())
            .map(|column| column.into_owned())
            .collect::<Vec<_>>();
        DMatrix::from_columns(&columns)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_model_is_one_vector_a_sample(n in 1_usize..50, seed: u64) {
        let model = Model::of(n, seed);
        let rows = model.written_out();
        for text in SPECS.into_iter().filter(|text| !text.contains("separate")) {
            match of_rows(text, &rows) {
                Some(expected) => {
                    let found = model.estimate(&spec(text)).unwrap();
                    assert_close(&found, &expected, 1e-9 * (1.0 + rows.amax()), text);
                }
                None => {
                    let too_few = matches!(model.estimate(&spec(text)), Err(AggregateError::TooFew { .. }));
                    prop_assert!(too_few, "{}", text);
                }
            }
        }
    }

    #[test]
    fn a_separate_scope_treats_every_matrix_alone(n in 8_usize..40, seed: u64) {
        let model = Model::of(n, seed);
        let rows = model.written_out();
        for (name, options) in [("geometric-median", ""), ("norm-clip", "max-norm=0.7,"), ("multi-krum", "f=1,"), ("caf", "f=2,")] {
            let alone = format!("{name}:{options}").trim_end_matches(',').to_owned();
            let found = model.estimate(&spec(&format!("{name}:{options}scope=separate"))).unwrap();
            // W and b of the first layer, W of the second, the other parameters.
            for (from, len) in [(0, 12), (12, 4), (16, 8), (24, 3)] {
                let expected = of_rows(&alone, &rows.columns(from, len).into_owned()).unwrap();
                assert_close(&found.rows(from, len).into_owned(), &expected, 1e-10 * rows.amax(), name);
            }
        }
    }

    #[test]
    fn a_few_outliers_move_robust_estimates_a_bounded_way(
        seed: u64, bad in 1_usize..5, power in 6_i32..30, direction in -1.0_f64..1.0,
    ) {
        let clean = data(45, 4, seed);
        let mut spoilt = clean.clone();
        for outlier in 0..bad {
            let size = 10.0_f64.powi(power) * (1.0 + outlier as f64);
            spoilt.row_mut(11 * outlier).fill(direction.signum() * size);
            spoilt[(11 * outlier, 1)] *= direction;
        }
        for text in [
            "trimmed-mean:trim=5", "winsorized-mean:trim=5", "median", "meamed:f=5",
            "m-location:psi=huber,spread=mad-normal", "m-location:psi=tanh,spread=mad",
            "m-fixed-point:psi=gudermann,spread=mad-normal,start=median,iterations=5",
            "geometric-median", "geometric-median-smoothed:iterations=50", "median-of-means",
            "median-of-means:center=coordinate", "krum:f=5", "multi-krum:f=5", "bulyan:f=5",
            "centered-clipping:iterations=10", "centered-clipping:tau=median,iterations=5", "norm-clip",
            "norm-clip:max-norm=median", "norm-normalize", "nnm-trimmed-mean:f=5", "caf:f=5", "mean:clip=1",
        ] {
            let moved = of_rows(text, &spoilt).unwrap() - of_rows(text, &clean).unwrap();
            prop_assert!(moved.norm() <= 12.0 * (1.0 + clean.amax()), "{} moved by {}", text, moved.norm());
        }
    }

    #[test]
    fn every_setting_prints_what_it_parses(at in 0..SPECS.len(), drop: bool) {
        let text = SPECS[at];
        let mut parsed = spec(text);
        if drop { parsed.non_finite = NonFinite::Drop }
        prop_assert_eq!(spec(&parsed.to_string()), parsed);
        let json = serde_json::to_string(&parsed).unwrap();
        prop_assert_eq!(serde_json::from_str::<Spec>(&json).unwrap(), parsed);
    }
}

#[test]
fn one_outlier_moves_the_others_arbitrarily_far() {
    let clean = data(45, 2, 7);
    let mut spoilt = clean.clone();
    spoilt.row_mut(3).fill(1e12);
    for text in [
        "mean",
        "soft-truncation",
        "m-location:psi=tanh",
        "m-location:psi=gudermann,spread=geman-quad,multiple=sqrt(n/log)",
        "catoni",
        "smoothed-noise",
    ] {
        let moved = (of_rows(text, &spoilt).unwrap() - of_rows(text, &clean).unwrap()).norm();
        assert!(moved > 1e8, "{text} moved by {moved}");
    }
}

#[test]
fn a_bad_sample_is_out_of_every_part() {
    let mut model = Model::of(30, 11);
    model.layers[1].0[(9, 2)] = f64::NAN;
    for text in SPECS {
        let found = model.estimate(&spec(text));
        assert_eq!(
            found,
            Err(AggregateError::NonFinite { sample: 9 }),
            "{text}"
        );
    }
    let dropping = Spec {
        non_finite: NonFinite::Drop,
        ..spec("median-of-means")
    };
    let found = model.estimate(&dropping).unwrap();
    let clean = model.written_out().remove_row(9);
    let expected = of_rows("median-of-means", &clean).unwrap();
    assert_close(&found, &expected, 1e-12 * clean.amax(), "drop");
}

#[test]
fn parts_must_have_the_same_samples() {
    let (x, gy, others) = (data(5, 2, 1), data(5, 2, 2), data(6, 2, 3));
    let (mut layer, mut rest) = (DenseGradient::default(), [0.0; 2]);
    let found = spec("mean").aggregate_model(
        &mut [
            Part::dense(OuterProducts::new(&x, &gy).unwrap(), &mut layer),
            Part::rows(Rows::from(&others), &mut rest),
        ],
        &mut Workspace::new(),
    );
    assert_eq!(
        found.unwrap_err().to_string(),
        "parts of a model: expected 5 samples in each, found 6"
    );
    let nothing = spec("mean").aggregate_model(&mut [], &mut Workspace::<f64>::new());
    assert_eq!(nothing, Err(AggregateError::Empty));
}

#[test]
fn too_few_samples_are_an_error_that_says_how_many() {
    let g = data(4, 2, 1);
    for (text, needed) in [
        ("krum:f=2", 5),
        ("bulyan:f=1", 7),
        ("trimmed-mean:trim=2", 5),
        ("meamed:f=4", 5),
        ("catoni", 11),
        ("nnm-trimmed-mean:f=2", 5),
        ("krum:m=5,f=1", 5),
    ] {
        match spec(text).of_rows(&g) {
            Err(AggregateError::TooFew {
                needed: found,
                found: 4,
                ..
            }) => assert_eq!(found, needed, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

fn with_threads<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(run)
}

#[test]
fn the_number_of_threads_changes_nothing() {
    // Large enough that the work is shared.
    let (x, gy) = (
        data(70, 90, 1).map(|x| x as f32),
        data(70, 60, 2).map(|x| x as f32),
    );
    for text in SPECS {
        // Seconds without optimisation, and the same code as the trimmed mean's.
        if text.contains("nnm") {
            continue;
        }
        let estimate = |threads| with_threads(threads, || flat_outer(&spec(text), &x, &gy));
        assert_eq!(estimate(1), estimate(2), "{text}");
    }
}

/// Large layers are estimated many weights at once; rows are not.
fn check_large_layer<T: Real>(x: &DMatrix<f64>, gy: &DMatrix<f64>, tolerance: f64) {
    let (x, gy) = (x.map(T::of), gy.map(T::of));
    let rows = written_out(&x, &gy);
    for text in [
        "mean",
        "soft-truncation",
        "soft-truncation:delta=0.2,variance=population,variance-floor=0.01,over-n",
        "median",
        "norm-clip",
        "multi-krum",
        "geometric-median",
        "median-of-means",
    ] {
        let (found, expected) = (flat_outer(&spec(text), &x, &gy), of_rows(text, &rows));
        let (found, expected) = (found.unwrap(), expected.unwrap());
        for (j, column) in rows.column_iter().enumerate() {
            let largest = if text.contains("soft") || text.contains("median") && !text.contains('-')
            {
                column.amax()
            } else {
                rows.amax()
            };
            let error = (found[j] - expected[j]).abs().as_f64();
            assert!(
                error <= tolerance * largest.as_f64(),
                "{text}: entry {j} is off by {error:e}"
            );
        }
    }
}

#[test]
fn large_layers_agree_with_rows() {
    // Odd and even numbers of samples; outputs and inputs that do not fill a register or a tile.
    for n in [41, 64] {
        let (mut x, mut gy) = (data(n, 21, 1), data(n, 39, 2));
        // A dead unit, a half-dead one, a constant one, one far from zero, and gross outliers.
        x.column_mut(3).fill(0.0);
        x.column_mut(4).iter_mut().step_by(2).for_each(|x| *x = 0.0);
        x.column_mut(5).fill(1.5);
        x.column_mut(6)
            .iter_mut()
            .for_each(|x| *x = 4096.0 + (*x * 64.0).round() / 64.0);
        gy.column_mut(7).fill(-0.25);
        x.row_mut(9).iter_mut().for_each(|x| *x *= 1e6);
        check_large_layer::<f64>(&x, &gy, 1e-12);
        check_large_layer::<f32>(
            &x.map(|x| f64::from(x as f32)),
            &gy.map(|x| f64::from(x as f32)),
            4e-6,
        );
    }
}

#[test]
fn large_layers_name_bad_samples_too() {
    let (mut x, gy) = (data(41, 22, 1), data(41, 39, 2));
    x[(17, 20)] = f64::NAN;
    for text in ["soft-truncation", "median", "multi-krum"] {
        let outer = OuterProducts::new(&x, &gy).unwrap();
        let found = spec(text).of_outer(outer);
        assert_eq!(
            found,
            Err(AggregateError::NonFinite { sample: 17 }),
            "{text}"
        );
        let propagating = Spec {
            non_finite: NonFinite::Propagate,
            ..spec(text)
        };
        let estimate = propagating.of_outer(outer).unwrap();
        assert!(
            estimate.weight.column(20).iter().all(|w| w.is_nan()),
            "{text}"
        );
    }
}
