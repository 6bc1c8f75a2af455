//! Every row of the rule table, because it is a row: a function that is nothing but the row, in all
//! modes, at points of the row's domain and at the points where floats are special.

use autodiff_macros::with_rules;
use autodiff_tests::scalar;

/// Points tried of each domain.
const POINTS: usize = 6;

/// Integer parameters of the points.
const INTEGERS: [i32; POINTS] = [-3, -1, 0, 1, 2, 5];

/// The numbers at which rows have kinks, poles, jumps and overflows.
const SPECIAL: [f64; 9] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1e200,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// A low-discrepancy sequence well inside of (0, 1): a domain may end at a kink.
fn fractions(point: usize) -> impl Iterator<Item = f64> {
    (1..).map(move |parameter: usize| {
        let golden = 0.618_033_988_749_894_9 * (point * 7 + parameter * 3) as f64;
        0.05 + 0.9 * golden.fract()
    })
}

/// Special arguments for a row with so many parameters.
fn special(parameters: usize) -> Vec<Vec<f64>> {
    match parameters {
        1 => SPECIAL.iter().map(|&x| vec![x]).collect(),
        2 => SPECIAL
            .iter()
            .flat_map(|&a| SPECIAL.map(|b| vec![a, b]))
            .collect(),
        // The bounds of `clamp` must be in order.
        _ => SPECIAL
            .iter()
            .flat_map(|&x| [vec![x, -1.0, 1.0], vec![x, 1.0, 1.0]])
            .collect(),
    }
}

macro_rules! row_modules {
    (() $($group:ident { $($name:ident {
        doc $doc:literal;
        kink $kink:literal;
        arguments($x:ident; $($real:ident),*; $($int:ident: $ty:ident),*);
        value $y:ident = $value:expr;
        partials { $([$param:ident $slope:ident $dot:ident ($low:expr, $high:expr) $partial:expr])* };
        tangent $tangent:expr;
    })* })*) => {
        mod corpus {
            $($(pub mod $name {
                #[autodiff_runtime::differentiate(scalar)]
                pub fn $name($x: f64 $(, $real: f64)* $(, $int: $ty)*) -> f64 {
                    $value
                }

                #[allow(unused_variables)]
                pub fn points() -> Vec<(f64, $(super::super::as_f64!($real),)* $($ty,)*)> {
                    let point = |k| {
                        let mut fraction = super::super::fractions(k);
                        let mut within = |low: f64, high: f64| low + (high - low) * fraction.next().unwrap();
                        ($(within($low, $high),)* $({ let $int: $ty = super::super::INTEGERS[k]; $int },)*)
                    };
                    (0..super::super::POINTS).map(point).collect()
                }

                #[allow(unused_variables, unused_mut)]
                pub fn kinks() -> Vec<(f64, $(super::super::as_f64!($real),)* $($ty,)*)> {
                    let parameters = [stringify!($x) $(, stringify!($real))*].len();
                    let mut all = Vec::new();
                    for (k, arguments) in super::super::special(parameters).into_iter().enumerate() {
                        let mut next = arguments.into_iter();
                        let $x = next.next().unwrap();
                        $(let $real = next.next().unwrap();)*
                        $(let $int: $ty = super::super::INTEGERS[k % super::super::POINTS];)*
                        all.push(($x, $($real,)* $($int,)*));
                    }
                    all
                }
            })*)*
        }

        $($(scalar!($name($x $(, $real)* $(, const $int)*), kinks);)*)*
    };
}

/// `f64` for each parameter.
macro_rules! as_f64 {
    ($parameter:ident) => {
        f64
    };
}
use as_f64;

with_rules!(row_modules);

/// What the rows say of their kinks, as the macro carries it out.
#[test]
fn documented_kinks() {
    use corpus::{abs, atan2, clamp, copysign, fract, hypot, max, min, powf, powi, signum, sqrt};

    assert_eq!(
        (max::max_grad(2.0, 2.0), min::min_grad(2.0, 2.0)),
        ((0.0, 1.0), (0.0, 1.0))
    );
    assert_eq!(max::max_grad(f64::NAN, 2.0), (0.0, 1.0));
    assert_eq!((abs::abs_grad(0.0), abs::abs_grad(-0.0)), (0.0, 0.0));
    assert_eq!(
        (signum::signum_grad(0.0), fract::fract_grad(2.0)),
        (0.0, 1.0)
    );
    assert_eq!(sqrt::sqrt_grad(0.0), f64::INFINITY);
    assert_eq!(
        (hypot::hypot_grad(0.0, 0.0), atan2::atan2_grad(0.0, 0.0)),
        ((0.0, 0.0), (0.0, 0.0))
    );
    assert_eq!(clamp::clamp_grad(-1.0, -1.0, 1.0), (0.0, 1.0, 0.0));
    assert_eq!(clamp::clamp_grad(1.0, -1.0, 1.0), (0.0, 0.0, 1.0));
    assert_eq!(copysign::copysign_grad(0.0, -1.0), (0.0, 0.0));
    assert_eq!(
        (powi::powi_grad(0.0, 0), powi::powi_grad(0.0, 1)),
        (0.0, 1.0)
    );
    assert_eq!(powf::powf_grad(0.0, 1.0), (1.0, 0.0));
    assert_eq!(powf::powf_grad(-2.0, 3.0), (12.0, 0.0));
}
