//! What stands in the parentheses of `#[differentiate(…)]`.

use crate::custom::{self, Given};
use crate::errors::Errors;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Meta, Token};

/// Which sweep the gradient functions use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Forward,
    Reverse,
}

/// The arguments of the attribute.
#[derive(Default)]
pub struct Args {
    /// The parameters to differentiate with respect to; all that can be if not given.
    pub wrt: Option<Vec<Ident>>,
    pub mode: Option<Mode>,
    /// Whether to say what the gradient costs.
    pub explain: bool,
    /// Whether to emit the function over any `Scalar` as well.
    pub scalar: bool,
    /// How many states of a long loop reverse mode keeps at a time, in place of a record of each.
    pub checkpoint: Option<Checkpoint>,
    /// The derivatives, where the user says what they are.
    pub given: Given,
}

/// `checkpoint = N`.
#[derive(Clone)]
pub struct Checkpoint {
    pub limit: usize,
    /// As written.
    pub tokens: TokenStream,
}

const KNOWN: &str = "`wrt(a, b)`, `mode = forward`, `mode = reverse`, `checkpoint = N`, `explain`, \
                     `scalar`, `partials(x = …)` and `jvp = …, vjp = …`";

impl Args {
    /// Parses the arguments and reports every one that is not understood.
    pub fn parse(tokens: TokenStream, errors: &Errors) -> Args {
        let mut args = Args::default();
        let metas = match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens) {
            Ok(metas) => metas,
            Err(error) => {
                errors.at_span(
                    error.span(),
                    format!("`#[differentiate]` takes {KNOWN}, separated by commas"),
                );
                return args;
            }
        };
        for meta in &metas {
            args.one(meta, errors);
        }
        args
    }

    fn one(&mut self, meta: &Meta, errors: &Errors) {
        let twice = match meta {
            Meta::List(list) if list.path.is_ident("wrt") => self.wrt.is_some(),
            Meta::NameValue(pair) if pair.path.is_ident("mode") => self.mode.is_some(),
            Meta::NameValue(pair) if pair.path.is_ident("checkpoint") => self.checkpoint.is_some(),
            Meta::Path(path) if path.is_ident("scalar") => self.scalar,
            Meta::Path(path) if path.is_ident("explain") => self.explain,
            meta => self.given.has(meta),
        };
        if twice {
            errors.at(meta, "this argument is given twice; say it once");
            return;
        }
        match meta {
            Meta::List(list) if list.path.is_ident("wrt") => {
                let names =
                    Punctuated::<Ident, Token![,]>::parse_terminated.parse2(list.tokens.clone());
                match names {
                    Ok(names) if !names.is_empty() => {
                        self.wrt = Some(names.into_iter().collect());
                    }
                    Ok(_) => errors.at(
                        list,
                        "`wrt()` names no parameter; list the ones to differentiate with respect \
                         to, as in `wrt(w, b)`, or leave it out for all of them",
                    ),
                    Err(error) => errors.at_span(
                        error.span(),
                        "`wrt` takes names of parameters, as in `wrt(w, b)`",
                    ),
                }
            }
            Meta::NameValue(pair) if pair.path.is_ident("mode") => {
                let value = &pair.value;
                match quote::quote!(#value).to_string().as_str() {
                    "forward" => self.mode = Some(Mode::Forward),
                    "reverse" => self.mode = Some(Mode::Reverse),
                    _ => errors.at(value, "`mode` is `forward` or `reverse`"),
                }
            }
            Meta::NameValue(pair) if pair.path.is_ident("checkpoint") => {
                let tokens = pair.value.to_token_stream();
                match syn::parse2::<syn::LitInt>(tokens.clone())
                    .and_then(|number| number.base10_parse::<usize>())
                {
                    Ok(limit) if limit > 0 => {
                        self.checkpoint = Some(Checkpoint { limit, tokens });
                    }
                    _ => errors.at(
                        &pair.value,
                        "`checkpoint` is the number of states that a long loop keeps at a time, a \
                         whole number from 1 up, as in `checkpoint = 100`",
                    ),
                }
            }
            Meta::Path(path) if path.is_ident("scalar") => self.scalar = true,
            Meta::Path(path) if path.is_ident("explain") => self.explain = true,
            meta if custom::is_rule(meta) => self.given.read(meta, errors),
            other => errors.at(
                other,
                format!("`#[differentiate]` does not know this argument; it takes {KNOWN}"),
            ),
        }
    }
}
