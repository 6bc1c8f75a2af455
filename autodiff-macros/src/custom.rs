//! Rules that the user gives: `partials(x = …)`, and `jvp = …, vjp = …`. The function's body is then
//! not looked into.

use crate::errors::Errors;
use crate::ir::Ty;
use crate::signature::{Function, Home, Passing};
use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Meta, Path, Token};

/// What the attribute says of the derivatives.
#[derive(Default)]
pub struct Given {
    pub partials: Option<Vec<Partial>>,
    pub jvp: Option<Path>,
    pub vjp: Option<Path>,
}

/// `x = formula`.
pub struct Partial {
    pub name: Ident,
    pub formula: Expr,
}

impl Parse for Partial {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let formula = input.parse()?;
        Ok(Partial { name, formula })
    }
}

/// Whether an argument of the attribute is part of a rule.
pub fn is_rule(meta: &Meta) -> bool {
    ["partials", "jvp", "vjp"]
        .iter()
        .any(|name| meta.path().is_ident(name))
}

impl Given {
    /// Whether the derivatives are given.
    pub fn is_some(&self) -> bool {
        self.partials.is_some() || self.jvp.is_some() || self.vjp.is_some()
    }

    /// Whether this argument has been read before.
    pub fn has(&self, meta: &Meta) -> bool {
        let path = meta.path();
        path.is_ident("partials") && self.partials.is_some()
            || path.is_ident("jvp") && self.jvp.is_some()
            || path.is_ident("vjp") && self.vjp.is_some()
    }

    /// Reads one argument.
    pub fn read(&mut self, meta: &Meta, errors: &Errors) {
        if meta.path().is_ident("partials") {
            return self.read_partials(meta, errors);
        }
        let path = match meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
                _ => None,
            },
            _ => None,
        };
        let Some(path) = path else {
            errors.at(
                meta,
                "`jvp` and `vjp` name functions, as in `jvp = solve_jvp_rule, vjp = solve_vjp_rule`",
            );
            return;
        };
        match meta.path().is_ident("jvp") {
            true => self.jvp = Some(path),
            false => self.vjp = Some(path),
        }
    }

    fn read_partials(&mut self, meta: &Meta, errors: &Errors) {
        self.partials = Some(Vec::new());
        let Meta::List(list) = meta else {
            errors.at(
                meta,
                "`partials` takes a formula for each active parameter, as in `partials(x = -x.sin())`",
            );
            return;
        };
        let parser = Punctuated::<Partial, Token![,]>::parse_terminated;
        match parser.parse2(list.tokens.clone()) {
            Ok(partials) => self.partials = Some(partials.into_iter().collect()),
            Err(error) => errors.at_span(
                error.span(),
                format!(
                    "`partials` takes a formula for each active parameter, as in \
                     `partials(x = -x.sin())`: {error}"
                ),
            ),
        }
    }

    /// Reports what does not fit the function or does not go together.
    pub fn check(&self, function: &Function, scalar: bool, errors: &Errors) {
        if self.is_some() && scalar {
            errors.at(
                function.name(),
                "`scalar` emits the body over any `Scalar`, but the body of a function with a rule \
                 is not looked into; leave `scalar` out",
            );
        }
        if self.is_some() && !matches!(function.home, Home::Module) {
            errors.at(
                function.name(),
                "a rule stands on a free function; give the rule to one, and call it from the method",
            );
        }
        if self.is_some() && function.fallible.is_some() {
            errors.at(
                &function.item.sig.output,
                "a rule is for a function that always returns; give the rule to a function that \
                 does the computation, and return the `Option` or `Result` from one that calls it",
            );
        }
        for (path, sibling) in [(&self.jvp, "jvp"), (&self.vjp, "vjp")] {
            let taken = format!("{}_{sibling}", function.name());
            if let Some(path) = path
                && path.is_ident(&taken)
            {
                errors.at(
                    path,
                    format!(
                        "`{taken}` is what `#[differentiate]` itself puts beside `{}`; give the rule \
                         another name, such as `{taken}_rule`",
                        function.name()
                    ),
                );
            }
        }
        match (&self.partials, &self.jvp, &self.vjp) {
            (None, Some(jvp), None) => errors.at(
                jvp,
                "`jvp` comes with `vjp`: reverse mode needs a rule too; add `vjp = …`",
            ),
            (None, None, Some(vjp)) => errors.at(
                vjp,
                "`vjp` comes with `jvp`: forward mode needs a rule too; add `jvp = …`",
            ),
            (Some(_), Some(path), _) | (Some(_), None, Some(path)) => errors.at(
                path,
                "the derivatives are given twice; keep `partials`, or `jvp` and `vjp`",
            ),
            (Some(partials), None, None) => check_partials(partials, function, errors),
            (None, _, _) => {}
        }
    }
}

fn check_partials(partials: &[Partial], function: &Function, errors: &Errors) {
    if !function.is_scalar_valued() {
        errors.at(
            function.name(),
            "`partials` is for functions that return one float; give a rule for anything else by \
             `jvp = …, vjp = …`",
        );
    }
    for param in function.active() {
        if !matches!(param.shape, Ty::Real) || param.passing != Passing::Value {
            errors.at(
                &param.ty,
                format!(
                    "`partials` is for floats passed by value, which `{}` is not; give a rule by \
                     `jvp = …, vjp = …`, or mark the parameter `#[constant]`",
                    param.ident
                ),
            );
        } else if !partials.iter().any(|partial| partial.name == param.ident) {
            errors.at(
                &param.ident,
                format!(
                    "`partials` has no formula for the active parameter `{0}`; add `{0} = …`, or mark \
                     the parameter `#[constant]`",
                    param.ident
                ),
            );
        }
        if param.ident == "result" {
            errors.at(
                &param.ident,
                "in `partials` the name `result` stands for the value; give the parameter another \
                 name",
            );
        }
    }
    for (k, partial) in partials.iter().enumerate() {
        let name = &partial.name;
        if partials[..k].iter().any(|other| other.name == *name) {
            errors.at(name, format!("`{name}` has two formulas; keep one"));
        } else if !function.active().any(|param| param.ident == *name) {
            errors.at(
                name,
                format!(
                    "`{name}` is no active parameter of this function; take it out of `partials`"
                ),
            );
        }
    }
}
