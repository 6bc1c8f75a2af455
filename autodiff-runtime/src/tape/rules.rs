//! One function for each row of the rule table, on variables of a tape.

use autodiff_macros::with_rules;

use super::Var;
use crate::Scalar;

macro_rules! tape_rules {
    (() operators { $($operator:tt)* } methods { $($method:tt)* }) => {
        tape_rules!($($operator)* $($method)*);
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
        #[inline]
        // A row writes ln 2 in digits.
        #[allow(clippy::approx_constant)]
        pub fn $name<'t, T: Scalar>(
            $x: Var<'t, T>
            $(, $arg: Var<'t, T>)*
            $(, $int: $ty)*
        ) -> Var<'t, T> {
            // The names of the tangents hold the operands here.
            $(let ($real, $dot) = ($real.value(), $real);)*
            let $y = $value;
            Var::record($y, [$(($dot, $partial)),*])
        }
    )* };
}

with_rules!(tape_rules);
