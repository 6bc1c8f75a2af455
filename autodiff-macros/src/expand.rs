//! The pipeline: read, fence, lower, analyse, differentiate, emit.

use crate::analysis::activity::Activity;
use crate::args::{Args, Mode};
use crate::errors::Errors;
use crate::lower::{Lowered, lower, lower_given};
use crate::passes::simplify;
use crate::signature::float::FloatScope;
use crate::signature::{Base, Function, Home};
use crate::transform::checkpoint::has_active_loop;
use crate::transform::linear::forget_formulas;
use crate::{derive, emit, fallback, fence, methods};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

/// `#[differentiate(args)] item`.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let args = Args::parse(args, &errors);
    if let Ok(block) = syn::parse2::<syn::ItemImpl>(item.clone()) {
        return methods::expand(block, &args, errors);
    }
    let item: ItemFn = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => return fallback::not_a_function(item, error, errors),
    };
    let home = match methods::is_member(&item) {
        true => Home::Type(syn::Generics::default()),
        false => Home::Module,
    };
    let original = marked(&item);
    let siblings = derivatives(item, home, &args, &errors, 0);
    let messages = errors.into_tokens();
    quote!(#original #siblings #messages)
}

/// The user's function. One of which only derivatives are called is in use, and it loops over
/// indices because the attribute asks for it.
pub fn marked(item: &ItemFn) -> TokenStream {
    let mut original = item.clone();
    for input in &mut original.sig.inputs {
        let (syn::FnArg::Typed(syn::PatType { attrs, .. })
        | syn::FnArg::Receiver(syn::Receiver { attrs, .. })) = input;
        attrs.retain(|attr| !attr.path().is_ident("constant"));
    }
    quote! {
        #[allow(dead_code, clippy::needless_range_loop)]
        #original
    }
}

/// The derivatives of a function; stubs for them if there are more errors than `known` ones.
pub fn derivatives(
    item: ItemFn,
    home: Home,
    args: &Args,
    errors: &Errors,
    known: usize,
) -> TokenStream {
    let _float = FloatScope::of(&item.sig.generics);
    match read_and_lower(item, home, args, errors, known) {
        (function, Some(lowered)) => emit::siblings::all(&function, &lowered, args),
        (function, None) => fallback::stubs(&function, args.scalar),
    }
}

/// The function as read, and its trace unless there are more errors than `known` ones.
pub fn read_and_lower(
    item: ItemFn,
    home: Home,
    args: &Args,
    errors: &Errors,
    known: usize,
) -> (Function, Option<Lowered>) {
    forget_formulas();
    let function = Function::read(item, home, args, errors);
    args.given.check(&function, args.scalar, errors);
    if args.scalar && function.base == Base::Parameter {
        errors.at(
            function.name(),
            "this function is over any `Scalar` as it stands; leave `scalar` out of the attribute",
        );
    }
    let readable = errors.count() == known;
    if !args.given.is_some() {
        fence::check(&function.item, errors);
    }
    if !readable || args.given.is_some() && errors.count() > known {
        return (function, None);
    }
    let mut lowered = match args.given.is_some() {
        true => lower_given(&function, &args.given, errors),
        false => lower(&function, errors),
    };
    check_hazards(&function, &lowered, errors);
    if errors.count() > known {
        return (function, None);
    }
    check_checkpoint(&function, &lowered, args, errors);
    if errors.count() > known {
        return (function, None);
    }
    simplify(&mut lowered.trace, function.base);
    (function, Some(lowered))
}

/// A function that keeps states of its loops must have one; in a whole `impl` block some have none.
fn check_checkpoint(function: &Function, lowered: &Lowered, args: &Args, errors: &Errors) {
    let Some(checkpoint) = &args.checkpoint else {
        return;
    };
    if args.mode == Some(Mode::Forward) {
        errors.at(
            &checkpoint.tokens,
            "`checkpoint` is for reverse mode; forward mode keeps nothing of a loop",
        );
    } else if matches!(function.home, Home::Module) {
        let (inputs, outputs) = derive::ends(function, lowered);
        let activity = Activity::of(&lowered.trace, &inputs, &outputs);
        if !has_active_loop(&lowered.trace, &activity) {
            errors.at(
                &checkpoint.tokens,
                "`checkpoint` has nothing to do: no loop of this function changes values that \
                 depend on its inputs; leave it out",
            );
        }
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
