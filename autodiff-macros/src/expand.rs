//! The pipeline: read, fence, lower, analyse, differentiate, emit.

use crate::analysis::activity::Activity;
use crate::args::Args;
use crate::errors::Errors;
use crate::lower::{Lowered, lower, lower_given};
use crate::passes::simplify;
use crate::signature::Function;
use crate::{derive, emit, fallback, fence};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemFn;

/// `#[differentiate(args)] item`.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let args = Args::parse(args, &errors);
    let item: ItemFn = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => return fallback::not_a_function(item, error, errors),
    };
    let function = Function::read(item, &args, &errors);
    args.given.check(&function, args.scalar, &errors);
    let readable = errors.is_empty();
    if !args.given.is_some() {
        fence::check(&function.item, &errors);
    }
    if !readable {
        return fallback::stubs(&function, args.scalar, errors);
    }
    let mut lowered = match args.given.is_some() {
        true => lower_given(&function, &args.given, &errors),
        false => lower(&function, &errors),
    };
    check_hazards(&function, &lowered, &errors);
    if !errors.is_empty() {
        return fallback::stubs(&function, args.scalar, errors);
    }
    simplify(&mut lowered.trace);
    let original = &function.item;
    let siblings = emit::siblings::all(&function, &lowered, &args);
    let original = original.to_token_stream();
    // A function of which only derivatives are called is in use, and it loops over indices because
    // the attribute asks for it.
    quote! {
        #[allow(dead_code, clippy::needless_range_loop)]
        #original
        #siblings
    }
}

/// What could not be differentiated is an error where it meets active values.
fn check_hazards(function: &Function, lowered: &Lowered, errors: &Errors) {
    let (inputs, outputs) = derive::ends(function, lowered);
    let activity = Activity::of(&lowered.trace, &inputs, &outputs);
    let mut said = std::collections::HashSet::new();
    // The last word on an expression is the most specific one.
    let mut found: Vec<_> = lowered
        .hazards
        .iter()
        .rev()
        .filter(|hazard| hazard.vars.iter().any(|var| activity.is_varied(*var)))
        .filter(|hazard| said.insert(span_of(&hazard.tokens)))
        .collect();
    found.reverse();
    for hazard in found {
        errors.at(&hazard.tokens, &hazard.message);
    }
}

/// A text that tells the first token of one expression from that of another.
fn span_of(tokens: &TokenStream) -> String {
    let first = tokens.clone().into_iter().next();
    format!("{:?} {tokens}", first.map(|token| token.span()))
}
