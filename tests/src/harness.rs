//! One function, every mode: a [`Subject`] is a differentiated function at one point, with each of
//! its siblings as a map between flat vectors, and [`Subject::check`] holds them against each other
//! and against finite differences.
//!
//! The macros [`scalar!`](crate::scalar), [`vector!`](crate::vector) and
//! [`in_place!`](crate::in_place) build subjects from a signature; anything else that can produce
//! the maps (a generator of random programs, say) can build one by hand.
//!
//! The function is taken as F: active inputs → returned floats, followed by the final values of the
//! `&mut` parameters. So one account covers scalars, vectors and functions that write in place.

mod argument;
mod case;
mod check;
mod compare;
mod generic;

pub use argument::{Argument, coarsest, epsilon, output, own};
pub use compare::{Disagreement, Report};
pub use generic::{Lift, Lower, dual, recorded, rows, split, swept, traced};
#[doc(hidden)]
pub use pastey;

/// x ↦ F(x), on flat vectors.
pub type Value<'a> = Box<dyn Fn(&[f64]) -> Vec<f64> + 'a>;

/// (x, v) ↦ a vector linear in v.
pub type Product<'a> = Box<dyn Fn(&[f64], &[f64]) -> Vec<f64> + 'a>;

/// (x, v) ↦ F(x) and a vector linear in v.
pub type Linearised<'a> = Box<dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>) + 'a>;

/// x ↦ f and ∇f.
pub type Valued<'a> = Box<dyn Fn(&[f64]) -> (f64, Vec<f64>) + 'a>;

/// A differentiated function at one point.
pub struct Subject<'a> {
    /// Name and point, for the report.
    pub name: String,
    /// The active inputs.
    pub inputs: Vec<f64>,
    /// Which inputs belong to `&mut` parameters: their shadows are replaced, not added to.
    pub replaced: Vec<bool>,
    /// Precision of the function's floats.
    pub epsilon: f64,
    /// Whether F is smooth near the point, so that finite differences mean something.
    pub smooth: bool,
    /// The function itself.
    pub value: Value<'a>,
    /// (x, v) ↦ F(x), F′(x)·v: `_jvp`.
    pub jvp: Linearised<'a>,
    /// (x, w) ↦ F(x), F′(x)ᵀ·w: `_vjp`.
    pub vjp: Linearised<'a>,
    /// The siblings of a scalar-valued function.
    pub scalar: Option<ScalarModes<'a>>,
    /// The siblings of a vector-valued function.
    pub vector: Option<VectorModes<'a>>,
    /// The function over other scalars.
    pub generic: Option<GenericModes<'a>>,
}

/// What exists beside a scalar-valued function.
pub struct ScalarModes<'a> {
    /// x ↦ ∇f: `_grad`.
    pub grad: Value<'a>,
    /// x ↦ f, ∇f: `_value_and_grad`.
    pub value_and_grad: Valued<'a>,
    /// (x, shadows) ↦ F(x), shadows after: `_grad_into`.
    pub grad_into: Linearised<'a>,
    /// (x, v) ↦ ∇²f·v: `_hvp`.
    pub hvp: Product<'a>,
    /// x ↦ ∇²f, row by row: `_hessian`.
    pub hessian: Value<'a>,
    /// x ↦ ∇f, read off the adjoint column of `_trace`.
    pub trace: Value<'a>,
}

/// What exists beside a vector-valued function.
pub struct VectorModes<'a> {
    /// Number of rows: the returned floats, or the final ones of a function that returns nothing.
    pub rows: usize,
    /// x ↦ F′(x), row by row: `_jacobian`.
    pub jacobian: Value<'a>,
    /// x ↦ F′(x), row by row: `_jacobian_into`.
    pub jacobian_into: Value<'a>,
}

/// The function over the runtime's other scalars, by `#[differentiate(scalar)]`.
pub struct GenericModes<'a> {
    /// (x, v) ↦ F(x), F′(x)·v, run on dual numbers.
    pub dual: Linearised<'a>,
    /// (x, w) ↦ F(x), F′(x)ᵀ·w, recorded on a tape.
    pub tape: Linearised<'a>,
}

impl Subject<'_> {
    /// Runs every check that applies and lists the disagreements.
    pub fn check(&self) -> Report {
        check::run(self)
    }
}
