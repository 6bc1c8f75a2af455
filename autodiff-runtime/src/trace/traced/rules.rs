//! One function for each row of the rule table, on numbers that write a trace.

use autodiff_macros::with_rules;

use super::Traced;
use crate::Scalar;

/// The name by which the rows call the number.
type T = f64;

macro_rules! traced_rules {
    (() operators { $($operator:tt)* } methods { $($method:tt)* }) => {
        traced_rules!($($operator)* $($method)*);
    };
    ($(
        $name:ident {
            doc $doc:literal;
            kink $kink:literal;
            arguments($x:ident; $($arg:ident),*; $($int:ident: $ty:ident),*);
            value $y:ident = $value:expr;
            partials { $([$real:ident $slope:ident $dot:ident $range:tt $partial:expr])* };
            tangent $tangent:expr;
        }
    )*) => { $(
        #[doc = $doc]
        // A row writes ln 2 in digits.
        #[allow(clippy::approx_constant)]
        pub fn $name<'t>($x: Traced<'t> $(, $arg: Traced<'t>)* $(, $int: $ty)*) -> Traced<'t> {
            // The names of the tangents hold the operands here.
            $(let ($real, $dot) = ($real.value, $real);)*
            let $y = $value;
            let template = template(stringify!($name), &[$(stringify!($real)),*], &[$($int),*]);
            Traced::equation($y, template, [$(($dot, $partial)),*])
        }
    )* };
}

with_rules!(traced_rules);

/// How mathematicians write the operation.
fn template(name: &str, operands: &[&str], integers: &[i32]) -> String {
    match (name, integers) {
        ("add", _) => "{0} + {1}".to_owned(),
        ("sub", _) => "{0} - {1}".to_owned(),
        ("mul", _) => "{0}·{1}".to_owned(),
        ("div", _) => "{0} / {1}".to_owned(),
        ("rem", _) => "{0} % {1}".to_owned(),
        ("neg", _) => "-{0}".to_owned(),
        ("powf", _) => "{0}^{1}".to_owned(),
        ("powi", [exponent]) => format!("{{0}}^{exponent}"),
        ("mul_add", _) => "{0}·{1} + {2}".to_owned(),
        ("abs", _) => "|{0}|".to_owned(),
        ("recip", _) => "1 / {0}".to_owned(),
        _ if operands.len() == 1 => format!("{name} {{0}}"),
        _ => {
            let places: Vec<_> = (0..operands.len())
                .map(|place| format!("{{{place}}}"))
                .collect();
            format!("{name}({})", places.join(", "))
        }
    }
}
