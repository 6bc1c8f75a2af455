//! One function for each row of the rule table, on duals with several tangents.

use std::array;

use autodiff_macros::with_rules;

use super::DualVec;
use crate::Scalar;
use crate::scalar::{product, scale};

macro_rules! dual_vec_rules {
    (() operators { $($operator:tt)* } methods { $($method:tt)* }) => {
        dual_vec_rules!(product: $($operator)*);
        dual_vec_rules!(scale: $($method)*);
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
        pub fn $name<T: Scalar, const N: usize>(
            $x: DualVec<T, N>
            $(, $arg: DualVec<T, N>)*
            $(, $int: $ty)*
        ) -> DualVec<T, N> {
            use $scale as scale;
            $(let ($real, $dot) = ($real.value, $real.tangents);)*
            let $y = $value;
            $(let $slope = $partial;)*
            DualVec::new($y, array::from_fn(|lane| {
                $(let $dot = $dot[lane];)*
                $tangent
            }))
        }
    )* };
}

with_rules!(dual_vec_rules);
