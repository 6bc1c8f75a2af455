//! The attribute macro `#[differentiate]`. Users reach it through `autodiff-runtime`.
#![forbid(unsafe_code)]

#[macro_use]
mod rule;
mod analysis;
mod args;
mod custom;
mod derive;
mod emit;
mod errors;
mod expand;
mod explain;
mod fallback;
mod fence;
mod ir;
mod lower;
mod methods;
mod names;
mod passes;
mod rules;
#[cfg(test)]
mod show;
mod signature;
mod tangent;
mod transform;
mod with_rules;

use proc_macro::TokenStream;

/// Puts the derivatives of a function beside it, as code; the function stays as written.
///
/// # What appears
///
/// With the visibility of the function, for `fn f(x1: f64, x2: f64) -> f64`:
///
/// | item | signature | meaning |
/// |---|---|---|
/// | `f_jvp` | `(x1, x1_dot, x2, x2_dot) -> (f64, f64)` | value and tangent: forward mode. Each active parameter is followed by its tangent |
/// | `f_vjp` | `(x1, x2) -> (f64, impl FnOnce(f64) -> (f64, f64))` | value and pullback: reverse mode |
/// | `f_grad` | `(x1, x2) -> (f64, f64)` | gradient |
/// | `f_value_and_grad` | `(x1, x2) -> (f64, (f64, f64))` | both in one pass |
/// | `f_grad_into` | `(x1, x1_bar: &mut f64, x2, x2_bar: &mut f64) -> f64` | *adds* the gradient to the adjoints that follow the parameters, returns the value; the fastest |
/// | `f_hvp` | `(x1, x1_dot, x2, x2_dot) -> (f64, f64)` | Hessian times vector, shaped like the gradient |
/// | `f_hessian` | `(x1, x2) -> DMatrix<f64>` | Hessian; the inputs are flattened in order |
/// | `f_jacobian` | `(x1, x2) -> DMatrix<f64>` | rows are results, columns active inputs |
/// | `f_jacobian_into` | `(x1, x2, jacobian: &mut [f64])` | the same row by row, without allocation |
/// | `f_jacobian_times_into` | `(x1, x2, seeds: &impl Seeds, products: &mut [f64])` | the Jacobian times a matrix, several tangents at once |
/// | `f_trace` | `(x1, x2) -> Trace` | every operation with value, tangent and adjoint |
///
/// The documentation of `f_grad` shows the partials of a straight-line function on scalars as formulas.
///
/// The gradient and the Hessian exist for functions that return one float, the Jacobian for all others that return
/// floats, or that return nothing and write to `&mut` parameters.
///
/// # Parameters
///
/// Floats, and arrays, slices, `Vec`s and tuples of floats are *active*. Integers, `bool`, text and containers of these
/// are constant; so is a parameter marked `#[constant]`. A gradient comes in the owned type of its parameter (`Vec<f64>`
/// for `&[f64]`); with several active parameters it is a tuple in their order, with one it stands alone.
///
/// A pullback takes the cotangent of the result, then a `&mut` adjoint for each active parameter passed by reference, and
/// returns the cotangents of those passed by value. For a `&mut` parameter the adjoint is that of its final value on
/// entry and that of its initial value on return; every other adjoint is added to.
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `wrt(a, b)` | differentiate with respect to these parameters only |
/// | `mode = forward`, `mode = reverse` | the sweep that the gradient functions use; by default reverse, or forward where inputs are few, records many and all partials finite |
/// | `checkpoint = N` | the outermost loops keep at most N states at a time, and repeat iterations, in place of a record of each |
/// | `explain` | say at each loop what the gradient does there and what it records, as compiler warnings |
/// | `scalar` | also emit `f_scalar`, the function over any `Scalar` |
/// | `partials(x = …, y = …)` | the partials of a function of floats, as formulas; `result` is the value |
/// | `jvp = …, vjp = …` | functions that do what `f_jvp` and `f_vjp` would do |
///
/// # Long loops
///
/// Reverse mode records something of every iteration of a loop that changes values, which for 10⁶ steps of a simulation is
/// memory. With `checkpoint = N` such a loop keeps its state at N moments and computes the rest again: 10⁶ steps are each
/// repeated some four times with `checkpoint = 100`, and some fourteen times with 10. Which states to keep follows Griewank and Walther's revolve, which no
/// schedule beats. The derivatives are the same to the last bit. The state is `Clone`; what the loop prints is printed
/// again. A `while` whose condition changes something is recorded as without.
///
/// # Rules of one's own
///
/// With `partials`, or with `jvp` and `vjp`, the body is not looked into: it may call a library, iterate, or be
/// unsafe. All siblings appear as for other functions, and callers go through them. The value is always that of the function
/// itself.
///
/// Formulas of `partials` may use anything. Second derivatives go through what is known of them, operators, float methods
/// and functions under the attribute, and panic, naming the function, where there is anything else. Rule functions for `jvp`
/// and `vjp` have the signatures of the table above. Where they are generic over `Scalar`, second derivatives run them on
/// duals; where they are fixed to a float, there are none, and asking for one panics.
///
/// # Panics
///
/// The siblings panic where the function does, and if a tangent or an adjoint has another length than its parameter.
///
/// # Errors
///
/// What cannot be differentiated is a compile error at the expression; all errors of a function are reported at once.
#[proc_macro_attribute]
pub fn differentiate(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(args.into(), item.into()).into()
}

/// Gives a struct tangents: a struct of the name `STangent` with one number for each float of `S`.
///
/// Parameters of the type can then be active. Fields are floats, arrays, `Vec`s, tuples and references of them, and
/// other types that are `Differentiable`. Integers, `bool`, text and fields marked `#[constant]` have no derivative and
/// are absent from the tangent (a tuple struct keeps `()` in their places).
///
/// The tangent has the visibility of the struct, fields of the same names, `Clone`, `Debug`, `PartialEq`, `Default` (all
/// zero; sequences without elements), `+`, `-`, products with numbers, sums of iterators, and the traits of `approx`; it
/// is `Copy` where its parts are.
#[proc_macro_derive(Differentiable, attributes(constant))]
pub fn derive_differentiable(item: TokenStream) -> TokenStream {
    tangent::expand(item.into()).into()
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
