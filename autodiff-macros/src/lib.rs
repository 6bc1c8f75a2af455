//! The attribute macro `#[differentiate]`. Users reach it through `autodiff-runtime`.
#![forbid(unsafe_code)]

#[macro_use]
mod rule;
mod analysis;
mod args;
mod derive;
mod emit;
mod errors;
mod expand;
mod fallback;
mod fence;
mod ir;
mod lower;
mod names;
mod passes;
mod rules;
#[cfg(test)]
mod show;
mod signature;
mod transform;
mod with_rules;

use proc_macro::TokenStream;

/// Differentiates a function at compile time.
#[proc_macro_attribute]
pub fn differentiate(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(args.into(), item.into()).into()
}

/// Hands the rule table to a `macro_rules!` macro: `with_rules!(callback)` or `with_rules!(callback, extra tokens)`.
///
/// The callback receives
///
/// ```text
/// (extra tokens)
/// operators { row* }
/// methods { row* }
/// ```
///
/// where a row, with its receiver, its further real and its integer parameters, reads
///
/// ```text
/// powi {
///     doc "Integer power. …";
///     kink "…";
///     arguments(x; ; n: i32);
///     value y = x.powi(n);
///     partials { [x d_x x_dot (0.2f64, 3.0f64) …] };
///     tangent scale(d_x, x_dot);
/// }
/// ```
///
/// Each partial stands with its parameter, names for itself and for the parameter's tangent, and
/// the range in which the row is smooth. Partials call `Scalar` for constants of a type `T`; the
/// tangent calls a function `scale(partial, tangent)`. The callback has these names in scope.
#[proc_macro]
pub fn with_rules(input: TokenStream) -> TokenStream {
    with_rules::expand(input.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
