//! Every row of the rule table, because it is a row: the value against `std` bit by bit, the
//! partials against finite differences, second derivatives against those of the partials, and the
//! same numbers from dual, dual vector, tape and trace, at awkward points too.

use std::fmt::Debug;
use std::hint::black_box;

use autodiff_macros::with_rules;
use autodiff_runtime::check::{self, Tolerance};
use autodiff_runtime::{Dual, DualVec, Scalar, Tape, Trace};

#[path = "rules/kinks.rs"]
mod kinks;

/// Exponents for the rows that take one.
const INTEGERS: [i32; 9] = [-3, -2, -1, 0, 1, 2, 3, 8, i32::MIN];

/// Points at which rules go wrong.
const AWKWARD: [f64; 15] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    3.0,
    1e-200,
    -1e200,
    f64::MIN_POSITIVE / 8.0,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    -7.0,
];

/// A row with `N` real parameters, its integer parameters chosen.
trait Row<const N: usize>: Copy + Debug {
    const NAME: &'static str;
    const DOMAIN: [(f64, f64); N];
    /// What `std` computes.
    fn std(self, x: [f64; N]) -> f64;
    fn std_single(self, x: [f32; N]) -> f32;
    /// What the scalar type computes.
    fn apply<T: Scalar>(self, x: [T; N]) -> T;
    /// The partials as the row writes them.
    fn partials<T: Scalar>(self, x: [T; N]) -> [T; N];
}

macro_rules! test_rows {
    (() operators { $($operator:tt)* } methods { $($method:tt)* }) => {
        test_rows!($($operator)* $($method)*);
    };
    ($(
        $name:ident {
            doc $doc:literal;
            kink $kink:literal;
            arguments($x:ident; $($arg:ident),*; $($int:ident: $ty:ident),*);
            value $y:ident = $value:expr;
            partials { $([$real:ident $slope:ident $dot:ident ($low:literal, $high:literal) $partial:expr])* };
            tangent $tangent:expr;
        }
    )*) => { $(
        mod $name {
            use super::*;

            #[derive(Clone, Copy, Debug)]
            struct This {
                $($int: $ty,)*
            }

            const ARITY: usize = [$(stringify!($real)),*].len();

            // A row need not read all its names; it writes ln 2 in digits.
            #[allow(unused_variables, clippy::approx_constant)]
            impl Row<ARITY> for This {
                const NAME: &'static str = stringify!($name);
                const DOMAIN: [(f64, f64); ARITY] = [$(($low, $high)),*];

                fn std(self, [$($real),*]: [f64; ARITY]) -> f64 {
                    $(let $int = self.$int;)*
                    $value
                }

                fn std_single(self, [$($real),*]: [f32; ARITY]) -> f32 {
                    $(let $int = self.$int;)*
                    $value
                }

                fn apply<T: Scalar>(self, [$($real),*]: [T; ARITY]) -> T {
                    $(let $int = self.$int;)*
                    $value
                }

                fn partials<T: Scalar>(self, [$($real),*]: [T; ARITY]) -> [T; ARITY] {
                    $(let $int = self.$int;)*
                    let $y = $value;
                    [$($partial),*]
                }
            }

            fn each(check: impl Fn(This)) {
                $(for $int in INTEGERS)* {
                    check(This { $($int),* });
                }
            }

            #[test]
            fn value_is_that_of_std() {
                each(value_check);
            }

            #[test]
            fn partials_are_derivatives() {
                each(derivative_check);
            }

            #[test]
            fn partials_have_derivatives() {
                each(second_derivative_check);
            }

            #[test]
            fn every_mode_gives_the_same_numbers() {
                each(agreement_check);
            }
        }
    )* };
}

with_rules!(test_rows);

fn value_check<const N: usize>(row: impl Row<N>) {
    for x in points_of_interest(row) {
        let x = black_box(x);
        let expected = row.std(x);
        assert_same(row.apply(x), expected, (row, x));
        assert_same(row.apply(x.map(Dual::variable)).value, expected, (row, x));
        let single = black_box(x.map(|x| x as f32));
        let expected = f64::from(row.std_single(single));
        assert_same(f64::from(row.apply(single)), expected, (row, single));
    }
}

/// For finite differences an exponent must leave them some digits.
fn moderate<const N: usize>(row: impl Row<N>, x: [f64; N]) -> bool {
    (1e-9..1e9).contains(&row.std(x).abs()) || row.partials(x) == [0.0; N]
}

fn derivative_check<const N: usize>(row: impl Row<N>) {
    for x in smooth_points(row).filter(|&x| moderate(row, x)) {
        let f = |x: &[f64]| row.std(x.try_into().unwrap());
        check::verify_gradient(f, &row.partials(x), &x, Tolerance::default())
            .unwrap_or_else(|error| panic!("{row:?} at {x:?}: {error}"));
    }
}

fn second_derivative_check<const N: usize>(row: impl Row<N>) {
    for x in smooth_points(row).filter(|&x| moderate(row, x)) {
        let gradient = |x: &[f64]| row.partials::<f64>(x.try_into().unwrap()).to_vec();
        let along = |x: &[f64], v: &[f64]| {
            let x: [f64; N] = std::array::from_fn(|i| x[i]);
            let moving = std::array::from_fn(|i| Dual::new(x[i], v[i]));
            row.partials(moving).map(|partial| partial.tangent).to_vec()
        };
        check::verify_jvp(gradient, along, &x, Tolerance::default())
            .unwrap_or_else(|error| panic!("{row:?} at {x:?}: {error}"));
    }
}

fn agreement_check<const N: usize, R: Row<N>>(row: R) {
    for x in points_of_interest(row) {
        let partials = row.partials(x);
        let tape = Tape::new();
        let variables = x.map(|x| tape.var(x));
        let on_tape = row.apply(variables);
        let adjoints = on_tape.adjoints();
        let vector = row.apply(DualVec::variables(x));
        let trace = Trace::record(R::NAME, &x.map(|x| ("x", x)), |x| {
            row.apply(std::array::from_fn(|i| x[i]))
        });
        for i in 0..N {
            let moving = std::array::from_fn(|j| Dual::new(x[j], f64::from(u8::from(i == j))));
            let dual = row.apply(moving);
            assert_equal(vector.tangents[i], dual.tangent, (row, x, i));
            // Operators multiply the other tangents by zero, which an infinite partial survives as NaN.
            if partials.iter().all(|partial| partial.is_finite()) {
                assert_equal(dual.tangent, partials[i], (row, x, i));
            }
            assert_equal(adjoints[variables[i]], partials[i], (row, x, i));
            assert_equal(trace.gradient()[i], partials[i], (row, x, i));
        }
        assert_same(on_tape.value(), row.std(x), (row, x));
        assert_same(vector.value, row.std(x), (row, x));
    }
}

/// A sequence that fills the domain of the row evenly.
fn smooth_points<const N: usize, R: Row<N>>(_: R) -> impl Iterator<Item = [f64; N]> {
    // The fractional parts of k·√2, k·√3, k·√5 are equidistributed and independent.
    let irrational = [2.0_f64, 3.0, 5.0].map(f64::sqrt);
    (1..=50).map(move |k| {
        std::array::from_fn(|i| {
            let (low, high) = R::DOMAIN[i];
            low + (high - low) * (f64::from(k) * irrational[i]).fract()
        })
    })
}

/// Smooth points, and all combinations of awkward ones that `std` accepts.
fn points_of_interest<const N: usize, R: Row<N>>(row: R) -> impl Iterator<Item = [f64; N]> {
    let combinations = AWKWARD.len().pow(N as u32);
    let awkward = (0..combinations)
        .map(|k| std::array::from_fn(|i| AWKWARD[k / AWKWARD.len().pow(i as u32) % AWKWARD.len()]));
    // `clamp` alone refuses numbers: bounds out of order.
    let accepted = |x: &[f64; N]| R::NAME != "clamp" || x[1] <= x[2];
    smooth_points(row).chain(awkward.filter(accepted))
}

/// The same bits, or both NaN.
fn assert_same(found: f64, expected: f64, context: impl Debug) {
    let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
    assert!(same, "{context:?}: {found} instead of {expected}");
}

/// The same number, or both NaN.
fn assert_equal(found: f64, expected: f64, context: impl Debug) {
    let equal = found == expected || found.is_nan() && expected.is_nan();
    assert!(equal, "{context:?}: {found} instead of {expected}");
}
