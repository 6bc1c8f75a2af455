//! One function for each row of the rule table, on duals.

use autodiff_macros::with_rules;

use super::Dual;
use crate::Scalar;
use crate::scalar::{product, scale};

macro_rules! dual_rules {
    (() operators { $($operator:tt)* } methods { $($method:tt)* }) => {
        dual_rules!(product: $($operator)*);
        dual_rules!(scale: $($method)*);
    };
    ($scale:ident: $(
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
        // A row need not read all its names, nor multiply; it writes ln 2 in digits.
        #[allow(unused_imports, unused_variables, clippy::approx_constant)]
        pub fn $name<T: Scalar>($x: Dual<T> $(, $arg: Dual<T>)* $(, $int: $ty)*) -> Dual<T> {
            use $scale as scale;
            $(let ($real, $dot) = ($real.value, $real.tangent);)*
            let $y = $value;
            $(let $slope = $partial;)*
            Dual::new($y, $tangent)
        }
    )* };
}

with_rules!(dual_rules);
