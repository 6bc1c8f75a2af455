//! The rows of the rule table as functions, for values whose type only the compiler knows.

use super::{HeldConstant, Lane};
use crate::trace::Node;
use crate::{Dual, Scalar, Trace};
use autodiff_macros::with_rules;
use pastey::paste;

macro_rules! row_functions {
    (() operators { $($operator:tt)* } methods { $($method:tt)* }) => {
        row_functions!($($operator)* $($method)*);
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
        ///
        /// Value and partials.
        #[inline]
        // A row need not read all its names; it writes ln 2 in digits.
        #[allow(unused_variables, clippy::approx_constant)]
        pub fn $name<T: Scalar>(
            $x: T $(, $arg: T)* $(, $int: $ty)*
        ) -> (T, [T; row_functions!(@count $($real)*)]) {
            let $y = $value;
            let partials = [$($partial),*];
            ($y, partials)
        }
    )* };
    (@count $($real:ident)*) => { [$(row_functions!(@unit $real)),*].len() };
    (@unit $real:ident) => { () };
}

with_rules!(row_functions);

/// The tangent of a result: partials times those tangents that there are.
#[inline]
pub(super) fn push<F: Copy, V: Lane<F>, const N: usize>(
    partials: [F; N],
    dots: [Option<V>; N],
) -> V {
    let terms = partials.into_iter().zip(dots);
    let terms = terms.filter_map(|(partial, dot)| Some(dot? * partial));
    terms.reduce(|sum, term| sum + term).unwrap_or(V::zero())
}

/// Adds `seed * partial` to the adjoints that there are.
#[inline]
pub(super) fn pull<F: Scalar, const N: usize>(
    seed: F,
    partials: [F; N],
    bars: [Option<&mut F>; N],
) {
    for (partial, bar) in partials.into_iter().zip(bars) {
        if let Some(bar) = bar {
            *bar += seed * partial;
        }
    }
}

/// The same with tangents.
#[inline]
pub(super) fn pull_dual<F: Scalar, const N: usize>(
    (seed, seed_dot): (F, F),
    partials: [Dual<F>; N],
    bars: [Option<&mut F>; N],
    bar_dots: [Option<&mut F>; N],
) {
    for ((partial, bar), bar_dot) in partials.into_iter().zip(bars).zip(bar_dots) {
        if let Some(bar_dot) = bar_dot {
            *bar_dot += seed_dot * partial.value + seed * partial.tangent;
        }
        if let Some(bar) = bar {
            *bar += seed * partial.value;
        }
    }
}

/// A number with the tangent that it may have.
#[inline]
pub(super) fn dual<F: Scalar>(value: F, dot: Option<F>) -> Dual<F> {
    Dual::new(value, dot.unwrap_or(F::zero()))
}

/// How an operation reads in a printable trace; an integer is the constant `{c0}`.
pub(super) fn template(name: &str, reals: usize, integers: usize) -> String {
    match (name, reals) {
        ("add", _) => "{0} + {1}".to_owned(),
        ("sub", _) => "{0} − {1}".to_owned(),
        ("mul", _) => "{0}·{1}".to_owned(),
        ("div", _) => "{0}/{1}".to_owned(),
        ("rem", _) => "{0} mod {1}".to_owned(),
        ("neg", _) => "−{0}".to_owned(),
        ("powi", _) => "{0}^{c0}".to_owned(),
        ("powf", _) => "{0}^{1}".to_owned(),
        ("abs", _) => "|{0}|".to_owned(),
        ("sqrt", _) => "√{0}".to_owned(),
        (_, 1) if integers == 0 => format!("{name} {{0}}"),
        _ => {
            let reals = (0..reals).map(|k| format!("{{{k}}}"));
            let integers = (0..integers).map(|k| format!("{{c{k}}}"));
            let all: Vec<String> = reals.chain(integers).collect();
            format!("{name}({})", all.join(", "))
        }
    }
}

/// Enters one operation into a printable trace.
pub(super) fn record<F: Scalar, const N: usize>(
    trace: &mut Trace,
    template: &str,
    (value, partials): (F, [F; N]),
    parents: [(F, Option<Node>); N],
    integers: &[i32],
) -> (F, Node) {
    let operands = parents.iter().zip(partials);
    let operands: Vec<(Node, f64)> = operands
        .map(|((_, node), partial)| (node.unwrap_or(Node::NONE), partial.to_f64()))
        .collect();
    let integers = integers.iter().map(|n| f64::from(*n));
    let values = parents.iter().map(|(value, _)| value.to_f64());
    let constants: Vec<f64> = integers.chain(values).collect();
    let node = trace.equation("", template, value.to_f64(), &operands, &constants);
    (value, node)
}

macro_rules! float_methods {
    (() operators $operators:tt methods { $($method:tt)* }) => {
        float_methods!($($method)*);
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
    )*) => { paste! {
        /// The differentiable methods of floats, on values whose type only the compiler knows. How
        /// they are called is told in `emit/stmt/call.rs` of the macro.
        #[allow(clippy::too_many_arguments, missing_docs)]
        pub trait FloatMethods: Scalar<Base = Self> { $(
            #[inline(always)]
            fn [<__autodiff_ $name>](&self) -> &Self {
                self
            }

            #[inline]
            fn [<__autodiff_ $name _jvp>]<V: Lane<Self>>(
                &self,
                dot: Option<&V>
                $(, $arg: Self, [<$arg _dot>]: Option<V>)*
                $(, $int: $ty, _: Option<HeldConstant>)*
            ) -> (Self, V) {
                let (value, partials) = $name(*self $(, $arg)* $(, $int)*);
                (value, push(partials, [dot.copied() $(, [<$arg _dot>])*]))
            }

            #[inline]
            fn [<__autodiff_ $name _pull>](
                &self $(, $arg: Self)* $(, $int: $ty)*
            ) -> (
                Self,
                impl FnOnce(
                    Self,
                    Option<&Self>,
                    Option<&mut Self>
                    $(, Option<HeldConstant>, float_methods!(@bar $arg Self))*
                    $(, Option<HeldConstant>, float_methods!(@held $int))*
                ) + use<Self>,
            ) {
                let (value, partials) = $name(*self $(, $arg)* $(, $int)*);
                let pullback = move |
                    seed: Self,
                    _: Option<&Self>,
                    bar: Option<&mut Self>
                    $(, _: Option<HeldConstant>, [<$arg _bar>]: Option<&mut Self>)*
                    $(, _: Option<HeldConstant>, _: float_methods!(@held $int))*
                | pull(seed, partials, [bar $(, [<$arg _bar>])*]);
                (value, pullback)
            }

            #[inline]
            fn [<__autodiff_ $name _pull_jvp>](
                &self,
                dot: Option<&Self>
                $(, $arg: Self, [<$arg _dot>]: Option<Self>)*
                $(, $int: $ty, _: Option<HeldConstant>)*
            ) -> (
                Self,
                Self,
                impl FnOnce(
                    Self,
                    Self,
                    Option<&Self>,
                    Option<&Self>,
                    Option<&mut Self>,
                    Option<&mut Self>
                    $(, Option<HeldConstant>, Option<HeldConstant>,
                        float_methods!(@bar $arg Self), float_methods!(@bar $arg Self))*
                    $(, Option<HeldConstant>, Option<HeldConstant>,
                        float_methods!(@held $int), float_methods!(@held $int))*
                ) + use<Self>,
            ) {
                let (value, _) = $name(*self $(, $arg)* $(, $int)*);
                let (with_dot, partials) =
                    $name(dual(*self, dot.copied()) $(, dual($arg, [<$arg _dot>]))* $(, $int)*);
                let pullback = move |
                    seed: Self,
                    seed_dot: Self,
                    _: Option<&Self>,
                    _: Option<&Self>,
                    bar: Option<&mut Self>,
                    bar_dot: Option<&mut Self>
                    $(, _: Option<HeldConstant>, _: Option<HeldConstant>,
                        [<$arg _bar>]: Option<&mut Self>, [<$arg _bar_dot>]: Option<&mut Self>)*
                    $(, _: Option<HeldConstant>, _: Option<HeldConstant>,
                        _: float_methods!(@held $int), _: float_methods!(@held $int))*
                | {
                    let (bars, dots) = ([bar $(, [<$arg _bar>])*], [bar_dot $(, [<$arg _bar_dot>])*]);
                    pull_dual((seed, seed_dot), partials, bars, dots);
                };
                (value, with_dot.tangent, pullback)
            }

            fn [<__autodiff_ $name _trace>](
                &self,
                node: Option<&Node>
                $(, $arg: Self, [<$arg _node>]: Option<Node>)*
                $(, $int: $ty, _: Option<HeldConstant>)*,
                trace: &mut Trace
            ) -> (Self, Node) {
                let parents = [(*self, node.copied()) $(, ($arg, [<$arg _node>]))*];
                let integers = [$($int),*];
                let template = template(stringify!($name), parents.len(), integers.len());
                record(trace, &template, $name(*self $(, $arg)* $(, $int)*), parents, &integers)
            }
        )* }
    } };
    (@bar $arg:ident $self:ty) => { Option<&mut $self> };
    (@held $int:ident) => { Option<HeldConstant> };
}

with_rules!(float_methods);

impl FloatMethods for f64 {}
impl FloatMethods for f32 {}
