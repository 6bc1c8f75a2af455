//! What the rows choose where no derivative exists, written down once more from their `kink` texts
//! and from the mathematics of limits.

use autodiff_runtime::DualVec;

use super::assert_equal;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

fn slope(function: impl Fn(DualVec<f64, 1>) -> DualVec<f64, 1>, x: f64) -> f64 {
    DualVec::gradient(|[x]| function(x), [x]).1[0]
}

fn slopes(
    function: impl Fn(DualVec<f64, 2>, DualVec<f64, 2>) -> DualVec<f64, 2>,
    at: [f64; 2],
) -> [f64; 2] {
    DualVec::gradient(|[a, b]| function(a, b), at).1
}

#[test]
fn a_rectifier_is_flat_at_zero() {
    assert_eq!(slope(|x| x.max(0.0.into()), 0.0), 0.0);
    assert_eq!(slope(|x| x.max(0.0.into()), -0.0), 0.0);
    assert_eq!(slope(|x| x.max(0.0.into()), 1e-300), 1.0);
    assert_eq!(slope(|x| x.min(1.0.into()), 1.0), 0.0);
}

#[test]
fn a_tie_counts_as_the_second_argument() {
    assert_eq!(slopes(|a, b| a.max(b), [2.0, 2.0]), [0.0, 1.0]);
    assert_eq!(slopes(|a, b| a.min(b), [2.0, 2.0]), [0.0, 1.0]);
}

#[test]
fn a_nan_yields_to_a_number() {
    assert_eq!(slopes(|a, b| a.max(b), [NAN, 2.0]), [0.0, 1.0]);
    assert_eq!(slopes(|a, b| a.max(b), [2.0, NAN]), [1.0, 0.0]);
    assert_eq!(slopes(|a, b| a.min(b), [NAN, 2.0]), [0.0, 1.0]);
    assert_eq!(slopes(|a, b| a.min(b), [2.0, NAN]), [1.0, 0.0]);
}

#[test]
fn a_clamp_counts_its_edges_as_the_bound() {
    let clamp = |at| DualVec::gradient(|[x, low, high]| x.clamp(low, high), at).1;
    assert_eq!(clamp([-1.0, -1.0, 1.0]), [0.0, 1.0, 0.0]);
    assert_eq!(clamp([1.0, -1.0, 1.0]), [0.0, 0.0, 1.0]);
    assert_eq!(clamp([0.5, -1.0, 1.0]), [1.0, 0.0, 0.0]);
    assert_eq!(clamp([-9.0, -1.0, 1.0]), [0.0, 1.0, 0.0]);
    assert_eq!(clamp([9.0, -1.0, 1.0]), [0.0, 0.0, 1.0]);
    assert_eq!(clamp([1.0, 1.0, 1.0]), [0.0, 1.0, 0.0]);
    assert_eq!(clamp([NAN, -1.0, 1.0]), [1.0, 0.0, 0.0]);
}

#[test]
fn norms_are_flat_at_the_origin() {
    assert_eq!(slope(|x| x.abs(), 0.0), 0.0);
    assert_eq!(slope(|x| x.abs(), -0.0), 0.0);
    assert_eq!(slopes(|a, b| a.hypot(b), [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(slopes(|a, b| a.atan2(b), [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(slopes(|a, b| a.copysign(b), [0.0, -1.0]), [0.0, 0.0]);
    assert_eq!(slopes(|a, b| a.copysign(b), [3.0, -0.0]), [-1.0, 0.0]);
    assert_eq!(slopes(|a, b| a.copysign(b), [-3.0, -1.0]), [1.0, 0.0]);
}

#[test]
fn powers_at_zero() {
    let power = |n| move |x: DualVec<f64, 1>| x.powi(n);
    assert_eq!(
        [0, 1, 2, 3].map(|n| slope(power(n), 0.0)),
        [0.0, 1.0, 0.0, 0.0]
    );
    assert_eq!([-1, -2].map(|n| slope(power(n), 0.0)), [-INF, -INF]);
    let base = |p: f64| slope(|x| x.powf(p.into()), 0.0);
    assert_eq!(
        [0.0, 0.5, 1.0, 1.5, 2.0].map(base),
        [0.0, INF, 1.0, 0.0, 0.0]
    );
    assert_eq!(base(-1.0), -INF);
    // 0^p is 0 for all p > 0, infinite for all p < 0.
    let exponent = |p| slope(|p| DualVec::constant(0.0).powf(p), p);
    assert_eq!([-1.0, 0.0, 0.5, 2.0].map(exponent), [0.0; 4]);
}

#[test]
fn powers_of_negative_numbers() {
    assert_eq!(slopes(|x, p| x.powf(p), [-2.0, 3.0]), [12.0, 0.0]);
    assert_equal(
        slopes(|x, p| x.powf(p), [-2.0, 0.5])[1],
        NAN,
        "no real power",
    );
}

#[test]
fn powers_beyond_the_range_of_the_quotient() {
    // (x²)' = 2x, although x² overflows or underflows.
    assert_eq!(slope(|x| x.powf(2.0.into()), 1e200), 2e200);
    assert_eq!(slope(|x| x.powf(2.0.into()), 1e-200), 2e-200);
    assert_eq!(slope(|x| x.powf(2.0.into()), INF), INF);
}

#[test]
fn infinite_slopes_have_their_sign() {
    assert_eq!(slope(|x| x.sqrt(), 0.0), INF);
    assert_eq!(slope(|x| x.cbrt(), 0.0), INF);
    assert_eq!(slope(|x| x.ln(), 0.0), INF);
    assert_eq!(slope(|x| x.asin(), 1.0), INF);
    assert_eq!(slope(|x| x.acos(), 1.0), -INF);
    assert_eq!(slope(|x| x.acosh(), 1.0), INF);
    assert_eq!(slope(|x| x.atanh(), -1.0), INF);
}

#[test]
fn outside_the_domain_there_is_no_slope() {
    for root in [DualVec::sqrt, DualVec::asin, DualVec::acosh] {
        assert_equal(slope(root, -2.0), NAN, "outside the domain");
    }
}

#[test]
fn jumps_count_for_nothing() {
    let steps: [fn(DualVec<f64, 1>) -> DualVec<f64, 1>; 6] = [
        DualVec::floor,
        DualVec::ceil,
        DualVec::trunc,
        DualVec::round,
        DualVec::round_ties_even,
        DualVec::signum,
    ];
    for step in steps {
        assert_eq!(
            [-1.0, -0.5, 0.0, 0.5, 1.0].map(|x| slope(step, x)),
            [0.0; 5]
        );
    }
    assert_eq!(slope(|x| x.fract(), 2.0), 1.0);
}

#[test]
fn remainders_take_the_side_on_which_the_value_lies() {
    // 1.0 is ten times 0.1 in decimals, but the double 0.1 is larger than that: the quotient is 9.
    assert_eq!(slopes(|a, b| a % b, [1.0, 0.1]), [1.0, -9.0]);
    assert_eq!(slopes(|a, b| a % b, [-7.0, 2.0]), [1.0, 3.0]);
    assert_eq!(slopes(|a, b| a.rem_euclid(b), [-7.0, 2.0]), [1.0, 4.0]);
    assert_eq!(slopes(|a, b| a.div_euclid(b), [-7.0, 2.0]), [0.0, 0.0]);
}

#[test]
fn stable_forms_keep_their_digits() {
    // 1/cosh²(18) and e⁻⁴⁰, both far below the rounding of 1.
    let cosh = 18.0_f64.cosh();
    assert!((slope(|x| x.tanh(), 18.0) * cosh * cosh - 1.0).abs() < 0.3);
    assert!((slope(|x| x.exp_m1(), -40.0) / (-40.0_f64).exp() - 1.0).abs() < 1e-15);
    assert_eq!(slope(|x| x.sinh(), 400.0), 400.0_f64.cosh());
    let far = slopes(|a, b| a.atan2(b), [3e200, 4e200]);
    assert!((far[0] / 1.6e-201 - 1.0).abs() < 1e-15 && (far[1] / -1.2e-201 - 1.0).abs() < 1e-15);
    let near = slopes(|a, b| a.hypot(b), [3e-200, 4e-200]);
    assert!((near[0] - 0.6).abs() < 1e-15 && (near[1] - 0.8).abs() < 1e-15);
}
