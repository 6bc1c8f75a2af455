//! One row of the rule table: what the table says about one scalar operation, as data.
//!
//! The table itself is `rules.rs`. A row is written
//!
//! ```text
//! /// Square root. Infinite slope at 0.
//! sqrt(x) -> y = x.sqrt(), d[0.5 / y], on[0.1..9.0], kink "+inf at 0";
//! ```
//!
//! and reads: function and parameters, the name of the result, the value as `std` computes it, one
//! partial per real parameter, the range of each real parameter in which the tests draw points,
//! and what the row chooses where the derivative does not exist.

use crate::ir::Operand;

/// One scalar operation: value, partials, domain, kink. Formulas are kept as source text and are
/// parsed when a function uses the row.
#[derive(Debug)]
pub struct Row {
    /// Method name in `std`, for example `sqrt`.
    pub name: &'static str,
    /// The doc comment above the row.
    pub doc: &'static str,
    /// Parameters in order; `ty` is empty for a real one and `i32` for an integer exponent.
    pub params: &'static [Param],
    /// Name by which the partials refer to the value.
    pub result: &'static str,
    /// The value, as an expression in the parameters.
    pub value: &'static str,
    /// One partial for each real parameter, in order.
    pub partials: &'static [&'static str],
    /// For each real parameter the range in which the row is smooth; tests draw points from it.
    pub domain: &'static [(f64, f64)],
    /// What the partials are where the derivative does not exist; empty for a smooth row.
    pub kink: &'static str,
}

/// A parameter of a row.
#[derive(Debug)]
pub struct Param {
    /// Its name in the formulas.
    pub name: &'static str,
    /// Empty for a real parameter, otherwise the integer type.
    pub ty: &'static str,
}

/// Turns the rows of `rules.rs` into a static slice of [`Row`]s.
macro_rules! rules {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident($($param:ident $(: $ty:ident)?),*) -> $result:ident = $value:expr,
        d[$($partial:expr),*], on[$($lo:literal..$hi:literal),*] $(, kink $kink:literal)?;
    )*) => {
        /// The rule table, one row for each operation.
        pub static TABLE: &[$crate::rule::Row] = &[$($crate::rule::Row {
            name: stringify!($name),
            doc: concat!($($doc, "\n"),*),
            params: &[$($crate::rule::Param {
                name: stringify!($param),
                ty: concat!($(stringify!($ty))?),
            }),*],
            result: stringify!($result),
            value: stringify!($value),
            partials: &[$(stringify!($partial)),*],
            domain: &[$(($lo, $hi)),*],
            kink: concat!($($kink)?),
        }),*];
    };
}

/// The row called `name`.
pub fn row(name: &str) -> Option<&'static Row> {
    crate::rules::TABLE.iter().find(|row| row.name == name)
}

/// The row of an operator, which the table must have.
pub fn operator(name: &str) -> &'static Row {
    row(name).unwrap_or_else(|| panic!("the rule table has no row `{name}`"))
}

impl Row {
    /// Whether evaluating the row again costs less than keeping its value.
    pub fn is_cheap(&self) -> bool {
        const CHEAP: &[&str] = &[
            "add",
            "sub",
            "mul",
            "neg",
            "abs",
            "max",
            "min",
            "clamp",
            "copysign",
            "signum",
            "mul_add",
            "to_degrees",
            "to_radians",
            "midpoint",
        ];
        CHEAP.contains(&self.name)
    }

    /// Whether all partials are finite where the arguments are.
    pub fn is_tame(&self, args: &[Operand]) -> bool {
        const TAME: &[&str] = &[
            "add",
            "sub",
            "mul",
            "neg",
            "abs",
            "max",
            "min",
            "mul_add",
            "sin",
            "cos",
            "exp",
            "tanh",
            "sinh",
            "cosh",
            "atan",
            "to_degrees",
            "to_radians",
        ];
        match self.name {
            "div" => args[1].lit().is_some_and(|divisor| divisor != 0.0),
            name => TAME.contains(&name),
        }
    }
}
