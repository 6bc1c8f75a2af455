//! `with_rules!`: the rule table for readers outside this crate.
//!
//! Takes the name of a `macro_rules!` macro, gives a call of it with every row as tokens. The
//! partials of a row are rewritten so that they compile in code generic over `T: Scalar`: literals
//! and `real(n)` become constants of type `T`. Since a sum of products with 1, -1 and 0 should
//! cost neither a product nor an inexact infinity, the contraction with tangents is handed over
//! too, with those partials already worked in.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprLit, ExprUnary, Lit, Path, Token, UnOp, parse_quote};

use crate::rule::Row;
use crate::rules::TABLE;

/// Rows that Rust writes as operators, in other words those without a method of their name.
const OPERATORS: [&str; 6] = ["add", "sub", "mul", "div", "rem", "neg"];

/// `callback` or `callback, anything for it`.
struct Request {
    callback: Path,
    extra: TokenStream,
}

impl Parse for Request {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let callback = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(Self {
            callback,
            extra: input.parse()?,
        })
    }
}

/// The call of the callback with the whole table.
pub fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let Request { callback, extra } = syn::parse2(input)?;
    let (operators, methods): (Vec<_>, Vec<_>) =
        TABLE.iter().partition(|row| OPERATORS.contains(&row.name));
    let operators = rows(&operators)?;
    let methods = rows(&methods)?;
    Ok(quote! {
        #callback! {
            (#extra)
            operators { #(#operators)* }
            methods { #(#methods)* }
        }
    })
}

fn rows(rows: &[&Row]) -> syn::Result<Vec<TokenStream>> {
    rows.iter().map(|row| row_tokens(row)).collect()
}

/// One row in the form that the documentation of `with_rules!` shows.
fn row_tokens(row: &Row) -> syn::Result<TokenStream> {
    let name = format_ident!("{}", row.name);
    let doc = documentation(row);
    let kink = row.kink;
    let result = format_ident!("{}", row.result);
    let value: Expr = syn::parse_str(row.value)?;
    let reals: Vec<Ident> = names(row, |ty| ty.is_empty());
    let (receiver, others) = reals
        .split_first()
        .expect("a row has a real parameter first");
    let integers = names(row, |ty| !ty.is_empty());
    let integer_types = row.params.iter().filter(|param| !param.ty.is_empty());
    let integer_types = integer_types.map(|param| format_ident!("{}", param.ty));

    let partials = row.partials.iter().map(|text| syn::parse_str(text));
    let partials: Vec<Expr> = partials.collect::<syn::Result<_>>()?;
    let tangent = contraction(&partials, &reals);
    let partials = partials.into_iter().map(lift);
    let slopes = reals.iter().map(slope_name);
    let dots = reals.iter().map(tangent_name);
    let lows = row
        .domain
        .iter()
        .map(|range| Literal::f64_suffixed(range.0));
    let highs = row
        .domain
        .iter()
        .map(|range| Literal::f64_suffixed(range.1));

    Ok(quote! {
        #name {
            doc #doc;
            kink #kink;
            arguments(#receiver; #(#others),*; #(#integers: #integer_types),*);
            value #result = #value;
            partials { #([#reals #slopes #dots (#lows, #highs) #partials])* };
            tangent #tangent;
        }
    })
}

fn names(row: &Row, keep: impl Fn(&str) -> bool) -> Vec<Ident> {
    let params = row.params.iter().filter(|param| keep(param.ty));
    params
        .map(|param| format_ident!("{}", param.name))
        .collect()
}

fn slope_name(param: &Ident) -> Ident {
    format_ident!("d_{}", param)
}

fn tangent_name(param: &Ident) -> Ident {
    format_ident!("{}_dot", param)
}

/// What the row says, as rustdoc: doc comment, partials, kink.
fn documentation(row: &Row) -> String {
    let reals = row.params.iter().filter(|param| param.ty.is_empty());
    let partials = reals.zip(row.partials).map(|(param, partial)| {
        format!(
            "- `∂{}/∂{} = {}`",
            row.result,
            param.name,
            one_line(partial)
        )
    });
    let partials = partials.collect::<Vec<_>>().join("\n");
    let kink = match row.kink {
        "" => String::new(),
        kink => format!("\n\nAt the kink: {kink}."),
    };
    format!(
        "{}\n\n`{} = {}`\n{partials}{kink}",
        row.doc.trim(),
        row.result,
        row.value
    )
}

/// `stringify!` breaks long expressions into lines.
pub fn one_line(formula: &str) -> String {
    formula.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `Σ scale(d_x, x_dot)`, where a partial that is the literal 1, -1 or 0 needs no product.
fn contraction(partials: &[Expr], params: &[Ident]) -> TokenStream {
    let mut sum = TokenStream::new();
    for (partial, param) in partials.iter().zip(params) {
        let slope = slope_name(param);
        let dot = tangent_name(param);
        let plus = (!sum.is_empty()).then(|| quote!(+));
        sum.extend(match constant(partial) {
            Some(0.0) => continue,
            Some(1.0) => quote!(#plus #dot),
            Some(-1.0) if plus.is_some() => quote!(- #dot),
            Some(-1.0) => quote!(-#dot),
            _ => quote!(#plus scale(#slope, #dot)),
        });
    }
    match sum.is_empty() {
        true => quote!(<T as Scalar>::zero()),
        false => sum,
    }
}

/// The number, if the expression is a literal or its negation.
fn constant(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(ExprLit {
            lit: Lit::Float(lit),
            ..
        }) => lit.base10_parse().ok(),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => constant(expr).map(|value| -value),
        _ => None,
    }
}

/// Numbers of the formula become numbers of type `T`.
fn lift(mut expr: Expr) -> Expr {
    Lift.visit_expr_mut(&mut expr);
    expr
}

struct Lift;

impl VisitMut for Lift {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Lit(ExprLit {
                lit: Lit::Float(lit),
                ..
            }) => {
                *expr = parse_quote!(<T as Scalar>::from_f64(#lit));
            }
            Expr::Call(call) if is_real(&call.func) => {
                let integer = &call.args;
                *expr = parse_quote!(<T as Scalar>::from_f64(f64::from(#integer)));
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }
}

fn is_real(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.is_ident("real"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Expr {
        syn::parse_str(text).unwrap()
    }

    #[test]
    fn numbers_become_scalars() {
        let lifted = lift(parse("if n == 0 { 0.5 } else { real(n) * x.powi(n - 1) }"));
        let expected: Expr = parse_quote! {
            if n == 0 { <T as Scalar>::from_f64(0.5) }
            else { <T as Scalar>::from_f64(f64::from(n)) * x.powi(n - 1) }
        };
        assert_eq!(lifted, expected);
    }

    #[test]
    fn trivial_partials_need_no_product() {
        let params = ["a", "b", "c"].map(|name| format_ident!("{name}"));
        let sum = |partials: [&str; 3]| contraction(&partials.map(parse), &params).to_string();
        assert_eq!(sum(["1.0", "-1.0", "0.0"]), "a_dot - b_dot");
        assert_eq!(sum(["0.0", "-1.0", "b"]), "- b_dot + scale (d_c , c_dot)");
        assert_eq!(sum(["0.0", "0.0", "0.0"]), "< T as Scalar > :: zero ()");
    }

    #[test]
    fn every_row_has_a_partial_and_a_range_for_each_real_parameter() {
        for row in TABLE {
            let reals = names(row, str::is_empty).len();
            assert_eq!(row.partials.len(), reals, "{}", row.name);
            assert_eq!(row.domain.len(), reals, "{}", row.name);
            row_tokens(row).unwrap();
        }
    }

    #[test]
    fn a_request_may_carry_tokens_for_the_callback() {
        let call = expand(quote!(callback, f64 f32)).unwrap().to_string();
        assert!(
            call.starts_with("callback ! { (f64 f32) operators { add {"),
            "{call}"
        );
        assert!(expand(quote!(callback f64)).is_err());
    }
}
