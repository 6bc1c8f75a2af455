//! What aggregators promise: definitions, laws, both faces, edge cases.

mod common;

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{
    AggregateError, Aggregator, Center, Guarded, Mean, MedianOfMeans, NonFinite, OuterProducts,
    SoftTruncation, Variance,
};
use common::{
    SPECS, assert_close, data, flat_outer, follows_scale, follows_translation, ignores_order,
    of_rows, spec, written_out,
};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use proptest::prelude::*;

/// ψ as equation (2) prints it.
fn psi(u: f64) -> f64 {
    let bound = 2.0_f64.sqrt();
    if u.abs() <= bound {
        u - u.powi(3) / 6.0
    } else {
        u.signum() * 2.0 * bound / 3.0
    }
}

/// Algorithm 2, line by line.
fn algorithm_2(x: &[f64], delta: f64, ddof: usize, floor: f64) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let squares: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
    let sigma = (squares / (n - ddof as f64)).max(floor).sqrt();
    let s = (n / (2.0 * (1.0 / delta).ln())).sqrt();
    let robust: f64 = x.iter().map(|x| psi((x - mean) / sigma / s)).sum::<f64>() * s / n;
    sigma * robust + mean
}

fn columns(g: &DMatrix<f64>, f: impl Fn(&[f64]) -> f64) -> DVector<f64> {
    DVector::from_iterator(
        g.ncols(),
        g.column_iter().map(|column| f(column.as_slice())),
    )
}

proptest! {
    #[test]
    fn soft_truncation_is_algorithm_2(n in 2_usize..70, seed: u64, delta in 0.0001_f64..0.9) {
        let g = data(n, 3, seed);
        let printed = SoftTruncation::new(delta).unwrap();
        let expected = columns(&g, |x| algorithm_2(x, delta, 1, 0.0));
        assert_close(&printed.of_rows(&g).unwrap(), &expected, 1e-12 * g.amax(), "printed");

        let published = printed.variance(Variance::Population).variance_floor(0.5).unwrap();
        let expected = columns(&g, |x| algorithm_2(x, delta, 0, 0.5));
        assert_close(&published.of_rows(&g).unwrap(), &expected, 1e-12 * g.amax(), "published");

        // The published scale: the same estimate of gᵢ/N.
        let expected = columns(&(&g / n as f64), |x| algorithm_2(x, delta, 0, 0.5));
        let over_n = published.over_n(true).of_rows(&g).unwrap();
        assert_close(&over_n, &expected, 1e-12 * g.amax() / n as f64, "over n");
    }

    #[test]
    fn both_faces_agree(n in 1_usize..60, p in 0_usize..6, q in 0_usize..6, seed: u64) {
        let (x, gy) = (data(n, p, seed), data(n, q, seed ^ 1));
        let rows = written_out(&x, &gy);
        for text in SPECS.into_iter().filter(|text| !text.contains("separate")) {
            let (outer, rows) = (flat_outer(&spec(text), &x, &gy), of_rows(text, &rows));
            prop_assert_eq!(outer.is_some(), rows.is_some(), "{}", text);
            let Some((outer, rows)) = outer.zip(rows) else { continue };
            assert_close(&outer, &rows, 1e-10 * (1.0 + x.amax() * gy.amax()), text);
        }
    }

    #[test]
    fn both_faces_agree_in_single_precision(n in 1_usize..60, p in 1_usize..6, q in 1_usize..6, seed: u64) {
        let (x, gy) = (data(n, p, seed).map(|x| x as f32), data(n, q, seed ^ 1).map(|x| x as f32));
        let rows = written_out(&x, &gy);
        for text in SPECS.into_iter().filter(|text| !text.contains("separate")) {
            let (outer, rows) = (flat_outer(&spec(text), &x, &gy), of_rows(text, &rows));
            prop_assert_eq!(outer.is_some(), rows.is_some(), "{}", text);
            let Some((outer, rows)) = outer.zip(rows) else { continue };
            assert_close(&outer, &rows, 1e-5 * f64::from(1.0 + x.amax() * gy.amax()), text);
        }
    }

    #[test]
    fn separate_scope_is_two_estimates(n in 1_usize..40, seed: u64) {
        let (x, gy) = (data(n, 3, seed), data(n, 2, seed ^ 1));
        let rows = written_out(&x, &gy);
        let alone = spec("median-of-means:blocks=5");
        let weights = alone.of_rows(&rows.columns(0, 6).into_owned()).unwrap();
        let bias = alone.of_rows(&rows.columns(6, 2).into_owned()).unwrap();
        let expected = DVector::from_iterator(8, weights.iter().chain(bias.iter()).copied());
        let found = flat_outer(&spec("median-of-means:blocks=5,scope=separate"), &x, &gy).unwrap();
        assert_close(&found, &expected, 1e-11 * rows.amax(), "separate");
    }

    #[test]
    fn estimates_follow_translation_and_scale(
        n in 1_usize..50, seed: u64, shift in -10.0_f64..10.0, factor in prop_oneof![-5.0_f64..-0.1, 0.1_f64..5.0],
    ) {
        let g = data(n, 3, seed);
        let moved = g.map(|x| factor * x + shift);
        for text in SPECS.into_iter().filter(|text| follows_translation(text)) {
            let Some(expected) = of_rows(text, &g) else { continue };
            let expected = expected.map(|x| factor * x + shift);
            let found = of_rows(text, &moved).unwrap();
            assert_close(&found, &expected, 1e-9 * moved.amax().max(1.0), text);
        }
    }

    #[test]
    fn order_does_not_matter(n in 1_usize..50, seed: u64, by in 0_usize..50) {
        let g = data(n, 3, seed);
        let turned = DMatrix::from_fn(n, 3, |i, j| g[((i + by) % n, j)]);
        for text in SPECS.into_iter().filter(|text| ignores_order(text)) {
            // Of three samples two score the same by Krum: each is the other's only neighbour.
            if text.contains("krum") && n < 5 { continue }
            let Some(expected) = of_rows(text, &g) else { continue };
            let found = of_rows(text, &turned).unwrap();
            assert_close(&found, &expected, 1e-9 * g.amax(), text);
        }
    }

    #[test]
    fn the_geometric_median_has_no_descent_direction(n in 1_usize..30, d in 1_usize..6, seed: u64) {
        let g = data(n, d, seed);
        let z = spec("geometric-median").of_rows(&g).unwrap().transpose();
        let (mut pull, mut here) = (DVector::zeros(d), 0.0);
        for row in g.row_iter() {
            let away = (&z - row).transpose();
            let distance = away.norm();
            if distance > 1e-9 { pull += away / distance } else { here += 1.0 }
        }
        prop_assert!(pull.norm() <= here + 1e-6, "slope {} with {here} points at the median", pull.norm());
    }

    #[test]
    fn median_of_means_bounds_the_influence_of_outliers(
        seed: u64, bad in 0_usize..5, power in 6_i32..100, direction in -1.0_f64..1.0,
    ) {
        let clean = data(45, 3, seed);
        let mut spoilt = clean.clone();
        for outlier in 0..bad {
            spoilt.row_mut(11 * outlier).fill(direction.signum() * 10.0_f64.powi(power));
            spoilt[(11 * outlier, 1)] *= direction;
        }
        for center in [Center::Geometric, Center::Coordinate] {
            let aggregator = MedianOfMeans::new(9).unwrap().center(center);
            let moved = aggregator.of_rows(&spoilt).unwrap() - aggregator.of_rows(&clean).unwrap();
            // Five of nine means are those of clean blocks, and no clean block mean is farther out than this.
            prop_assert!(moved.norm() <= 20.0 * clean.amax(), "{center:?} moved by {}", moved.norm());
        }
    }

    #[test]
    fn specs_print_what_they_parse(
        delta in 0.001_f64..0.999, floor in 0.0_f64..2.0, plain in 0_usize..5, blocks in 1_usize..99,
        flags in any::<[bool; 6]>(), factor in prop_oneof![Just("".to_owned()), Just(",scale=1/n".to_owned()),
        (-3.0_f64..3.0).prop_map(|f| format!(",scale={f}"))],
    ) {
        let [population, over_n, unguarded, coordinate, separate, drop] = flags;
        let mut texts = vec![
            format!("soft-truncation:delta={delta},variance-floor={floor},plain-below={plain},over-n={over_n},unguarded={unguarded}"),
            format!("median-of-means:blocks={blocks}"),
            "mean:".to_owned(),
        ];
        if population { texts[0] += ",variance=population" }
        if coordinate { texts[1] += ",center=coordinate" }
        if separate { texts[1] += ",scope=separate" }
        for mut text in texts {
            text += &factor;
            if drop { text += ",non-finite=drop" }
            let parsed = spec(&text);
            prop_assert_eq!(spec(&parsed.to_string()), parsed);
            let json = serde_json::to_string(&parsed).unwrap();
            prop_assert_eq!(serde_json::from_str::<autodiff_runtime::robust::Spec>(&json).unwrap(), parsed);
        }
    }
}

#[test]
fn soft_truncation_follows_an_outlier_all_the_way() {
    // Section 2 of the survey: an outlier M → ∞ moves it (2√2/3)/√(2 log 1/δ) = 0.2897 of what it moves the mean.
    let mut g = DMatrix::from_fn(1000, 1, |i, _| (i as f64).sin());
    g[0] = 1e9;
    let ratio = SoftTruncation::default().of_rows(&g).unwrap()[0] / Mean.of_rows(&g).unwrap()[0];
    let expected = 2.0 * 2.0_f64.sqrt() / 3.0 / (2.0 * 200.0_f64.ln()).sqrt();
    assert!(
        (ratio - expected).abs() < 0.002,
        "{ratio} is not {expected}"
    );
}

#[test]
fn one_sample_is_its_own_estimate() {
    let g = dmatrix![1.5, -2.0, 0.0];
    for text in SPECS.into_iter().filter(|text| follows_translation(text)) {
        if let Some(found) = of_rows(text, &g) {
            assert_eq!(found, dvector![1.5, -2.0, 0.0], "{text}");
        }
    }
}

#[test]
fn small_batches_of_the_published_code_get_the_plain_gradient() {
    let published = SoftTruncation::published();
    for n in 1..3 {
        let g = data(n, 4, 5);
        assert_eq!(published.of_rows(&g).unwrap(), Mean.of_rows(&g).unwrap());
    }
}

#[test]
fn two_means_give_their_midpoint() {
    let g = dmatrix![1.0, 0.0; 4.0, 8.0];
    assert_eq!(
        MedianOfMeans::new(2).unwrap().of_rows(&g).unwrap(),
        dvector![2.5, 4.0]
    );
}

#[test]
fn blocks_differ_by_one_sample_at_most() {
    // Seven samples in three blocks: 3, 2 and 2. The middle one of the block means 1, 10, 100.
    let g = dmatrix![0.0; 1.0; 2.0; 9.0; 11.0; 99.0; 101.0];
    let coordinate = MedianOfMeans::new(3).unwrap().center(Center::Coordinate);
    assert_eq!(coordinate.of_rows(&g).unwrap(), dvector![10.0]);
    assert_eq!(
        MedianOfMeans::new(3).unwrap().of_rows(&g).unwrap(),
        dvector![10.0]
    );
}

#[test]
fn constant_coordinates_are_kept() {
    let g = DMatrix::from_fn(17, 3, |_, j| [0.1_f64, 0.0, -1e-300][j]);
    for text in SPECS.into_iter().filter(|text| follows_translation(text)) {
        let found = of_rows(text, &g).unwrap();
        for (found, expected) in found.iter().zip([0.1, 0.0, -1e-300]) {
            assert!(
                (found - expected).abs() <= 1e-15 * expected.abs(),
                "{text}: {found:e}"
            );
        }
    }
}

#[test]
fn unguarded_soft_truncation_gives_nan_without_spread() {
    let printed = Guarded::new(
        SoftTruncation::default().unguarded(true),
        NonFinite::Propagate,
    );
    let found = printed.of_rows(&dmatrix![1.0_f64, 1.0; 1.0, 2.0]).unwrap();
    assert!(found[0].is_nan() && found[1].is_finite());
    assert!(printed.of_rows(&dmatrix![1.0_f64]).unwrap()[0].is_nan());
}

#[test]
fn squares_may_leave_the_range_of_the_numbers() {
    // σ² over- or underflows; σ and the estimate do not.
    let g = data(30, 2, 9);
    for text in SPECS.into_iter().filter(|text| follows_scale(text)) {
        for exponent in [-540, 540] {
            let factor = 2.0_f64.powi(exponent);
            let (found, expected) = (
                spec(text).of_rows(&(&g * factor)).unwrap() / factor,
                spec(text).of_rows(&g).unwrap(),
            );
            assert_close(&found, &expected, 1e-9 * g.amax(), text);
        }
        let single = g.map(|x| x as f32);
        let found = spec(text).of_rows(&(&single * 1e25)).unwrap() / 1e25;
        assert_close(&found, &spec(text).of_rows(&single).unwrap(), 1e-4, text);
    }
}

#[test]
fn a_mean_far_from_zero_keeps_the_variance() {
    // Σx² − n·m² would lose all digits of σ here.
    let g = data(40, 1, 3);
    let moved = g.map(|x| x + 1e8);
    let soft = SoftTruncation::default();
    let (found, expected) = (
        soft.of_rows(&moved).unwrap()[0] - 1e8,
        soft.of_rows(&g).unwrap()[0],
    );
    assert!((found - expected).abs() < 1e-7, "{found} is not {expected}");
}

#[test]
fn nothing_to_aggregate_is_an_error() {
    for text in SPECS {
        assert_eq!(
            spec(text).of_rows(&DMatrix::<f64>::zeros(0, 3)),
            Err(AggregateError::Empty)
        );
        let (x, gy) = (DMatrix::<f64>::zeros(0, 2), DMatrix::zeros(0, 3));
        assert_eq!(
            spec(text).of_outer(OuterProducts::new(&x, &gy).unwrap()),
            Err(AggregateError::Empty)
        );
    }
}

#[test]
fn a_layer_may_have_no_inputs_or_outputs() {
    for text in SPECS {
        for (p, q) in [(0, 2), (2, 0), (0, 0)] {
            let (x, gy) = (data(12, p, 1), data(12, q, 2));
            let estimate = spec(text)
                .of_outer(OuterProducts::new(&x, &gy).unwrap())
                .unwrap_or_else(|error| panic!("{text} {p} {q}: {error}"));
            assert_eq!(
                (estimate.weight.shape(), estimate.bias.len()),
                ((q, p), q),
                "{text}"
            );
        }
    }
}

#[test]
fn rows_that_do_not_match_are_an_error() {
    let error = OuterProducts::new(&data(3, 2, 1), &data(4, 2, 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "outer products: expected 3 rows of gy, found 4"
    );
}

fn with_policy(text: &str, policy: &str) -> autodiff_runtime::robust::Spec {
    let separator = if text.contains(':') { ',' } else { ':' };
    spec(&format!("{text}{separator}non-finite={policy}"))
}

/// Every estimator and every way a sample can be bad.
fn for_each_bad_sample<T: Real>(mut test: impl FnMut(&str, DMatrix<T>, DMatrix<T>)) {
    for text in SPECS {
        for bad in [T::NAN, T::INFINITY, -T::INFINITY] {
            let (x, gy) = (data(12, 3, 1).map(T::of), data(12, 2, 2).map(T::of));
            let (mut bad_x, mut bad_gy) = (x.clone(), gy.clone());
            bad_x[(5, 1)] = bad;
            bad_gy[(5, 0)] = bad;
            test(text, bad_x, gy);
            test(text, x, bad_gy);
        }
    }
}

#[test]
fn a_bad_sample_is_named() {
    for_each_bad_sample::<f64>(|text, x, gy| {
        let found = spec(text).of_outer(OuterProducts::new(&x, &gy).unwrap());
        assert_eq!(
            found,
            Err(AggregateError::NonFinite { sample: 5 }),
            "{text}"
        );
        let found = spec(text).of_rows(&written_out(&x, &gy));
        assert_eq!(
            found,
            Err(AggregateError::NonFinite { sample: 5 }),
            "{text}"
        );
    });
}

#[test]
fn a_product_that_overflows_is_a_bad_sample() {
    let (mut x, mut gy) = (
        data(12, 3, 1).map(|x| x as f32),
        data(12, 2, 2).map(|x| x as f32),
    );
    x[(7, 0)] = 1e30;
    gy[(7, 1)] = 1e30;
    for text in SPECS {
        let found = spec(text).of_outer(OuterProducts::new(&x, &gy).unwrap());
        assert_eq!(
            found,
            Err(AggregateError::NonFinite { sample: 7 }),
            "{text}"
        );
    }
}

#[test]
fn dropped_samples_do_not_count() {
    for_each_bad_sample::<f32>(|text, x, gy| {
        let expected = flat_outer(
            &spec(text),
            &x.clone().remove_row(5),
            &gy.clone().remove_row(5),
        );
        assert_eq!(
            flat_outer(&with_policy(text, "drop"), &x, &gy),
            expected,
            "{text}"
        );
        let rows = written_out(&x, &gy);
        let expected = spec(text).of_rows(&rows.clone().remove_row(5)).unwrap();
        assert_eq!(
            with_policy(text, "drop").of_rows(&rows).unwrap(),
            expected,
            "{text}"
        );
    });
}

#[test]
fn dropping_every_sample_is_an_error() {
    let g = DMatrix::from_element(3, 2, f64::NAN);
    for text in SPECS {
        let found = with_policy(text, "drop").of_rows(&g);
        assert_eq!(
            found,
            Err(AggregateError::NoneFinite { samples: 3 }),
            "{text}"
        );
    }
}

#[test]
fn propagated_nan_is_seen() {
    let mut g = data(12, 2, 1);
    g[(5, 1)] = f64::NAN;
    // Bulyan does not pick the sample in the first place.
    for text in SPECS.into_iter().filter(|text| !text.contains("bulyan")) {
        assert!(
            with_policy(text, "propagate").of_rows(&g).unwrap()[1].is_nan(),
            "{text}"
        );
    }
}

#[test]
fn an_overflowing_sum_is_an_error() {
    let g = DMatrix::from_element(4, 1, f64::MAX);
    assert_eq!(Mean.of_rows(&g), Err(AggregateError::NotFiniteEstimate));
}

#[test]
fn parameters_are_checked() {
    assert_eq!(
        SoftTruncation::new(1.0).unwrap_err().to_string(),
        "delta must be above 0 and below 1, found 1"
    );
    assert!(SoftTruncation::new(f64::NAN).is_err());
    assert!(SoftTruncation::default().variance_floor(-1.0).is_err());
    assert!(MedianOfMeans::new(0).is_err());
    for (text, message) in [
        (
            "average",
            "unknown aggregator `average`; known are mean, soft-truncation, m-location, m-fixed-point, catoni, \
             smoothed-noise, trimmed-mean, winsorized-mean, median, meamed, geometric-median, \
             geometric-median-smoothed, median-of-means, krum, multi-krum, bulyan, centered-clipping, norm-clip, \
             norm-normalize, nnm-trimmed-mean, caf",
        ),
        (
            "mean:blocks=3",
            "`mean` has no option `blocks`; it has scale, clip, non-finite",
        ),
        (
            "median-of-means:blocks=three",
            "option `blocks` cannot be `three`: expected a whole number",
        ),
        (
            "median-of-means:blocks=0",
            "blocks must be at least 1, found 0",
        ),
        (
            "median-of-means:blocks=3,blocks=4",
            "option `blocks` is given twice",
        ),
        (
            "soft-truncation:delta=2",
            "delta must be above 0 and below 1, found 2",
        ),
        ("mean:scale=1e999", "scale must be finite, found inf"),
        (
            "mean:non-finite=maybe",
            "option `non-finite` cannot be `maybe`: expected error, drop or propagate",
        ),
    ] {
        let error = text.parse::<autodiff_runtime::robust::Spec>().unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}
