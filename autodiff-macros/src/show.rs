//! Shows what the macro makes of a function: `EXPAND=file.rs cargo test -p autodiff-macros show -- --nocapture` prints the
//! evaluation trace of the first function in the file, the two sweeps of its gradient, and the expansion.

use crate::args::Args;
use crate::derive::{Purpose, reverse};
use crate::errors::Errors;
use crate::expand::expand;
use crate::ir::print::print;
use crate::lower::lower;
use crate::passes::simplify;
use crate::signature::Function;
use proc_macro2::TokenStream;
use quote::ToTokens;

#[test]
fn show() {
    let Ok(path) = std::env::var("EXPAND") else {
        return;
    };
    let source = std::fs::read_to_string(&path).expect("the file in EXPAND can be read");
    let (args, item) = first_function(&source);
    show_traces(args.clone(), &item);
    let file = syn::parse2(expand(args, item.to_token_stream())).expect("the expansion parses");
    println!("EXPANSION\n\n{}", prettyplease::unparse(&file));
}

/// The arguments of `#[differentiate]`, if the function carries it, and the function without it.
fn first_function(source: &str) -> (TokenStream, syn::ItemFn) {
    let file: syn::File = syn::parse_str(source).expect("the file in EXPAND parses");
    let functions = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Fn(function) => Some(function),
        _ => None,
    });
    let mut item = { functions }
        .next()
        .expect("the file in EXPAND has a function");
    let args = item.attrs.iter().find_map(|attr| match &attr.meta {
        syn::Meta::List(list) if list.path.is_ident("differentiate") => Some(list.tokens.clone()),
        _ => None,
    });
    item.attrs
        .retain(|attr| !attr.path().is_ident("differentiate"));
    (args.unwrap_or_default(), item)
}

/// Prints the traces; a function with errors has none, and its expansion holds the messages.
fn show_traces(args: TokenStream, item: &syn::ItemFn) {
    let errors = Errors::default();
    let args = Args::parse(args, &errors);
    let function = Function::read(item.clone(), &args, &errors);
    let mut lowered = lower(&function, &errors);
    if !errors.is_empty() {
        return;
    }
    simplify(&mut lowered.trace);
    println!("TRACE\n\n{}", print(&lowered.trace));
    if function.is_scalar_valued() {
        let mut sweeps = reverse(&function, &lowered, Purpose::Gradient);
        sweeps.trace.body = sweeps.forward;
        println!("GRADIENT, forward sweep\n\n{}", print(&sweeps.trace));
        (sweeps.trace.body, sweeps.trace.result) = (sweeps.backward, None);
        println!("GRADIENT, backward sweep\n\n{}", print(&sweeps.trace));
    }
}
