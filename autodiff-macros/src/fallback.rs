//! What is emitted after an error: the user's function, and derivatives that exist but cannot be
//! called, so that one mistake does not become forty.

use crate::emit::siblings;
use crate::errors::Errors;
use crate::signature::{Function, float};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The attribute stands on something that is not a function.
pub fn not_a_function(item: TokenStream, error: syn::Error, errors: Errors) -> TokenStream {
    if syn::parse2::<syn::Item>(item.clone()).is_ok() {
        errors.at(
            &item,
            "`#[differentiate]` stands on a function, a method or an `impl` block; other items have \
             no derivatives",
        );
    } else {
        errors.push(error);
    }
    let messages = errors.into_tokens();
    quote!(#item #messages)
}

/// The derivatives as stubs.
pub fn stubs(function: &Function, scalar: bool) -> TokenStream {
    let sig = &function.item.sig;
    // A type that cannot be written in another signature leaves no stubs.
    let plain = function.params.len() == sig.inputs.len()
        && sig.asyncness.is_none()
        && sig.generics.type_params().count() == float::scalar_parameters(&sig.generics).len()
        && !sig
            .inputs
            .iter()
            .any(|arg| mentions_impl(arg.to_token_stream()))
        && !function.output.as_ref().is_some_and(|ty| {
            matches!(ty, syn::Type::Reference(_)) || mentions_impl(ty.to_token_stream())
        });
    match plain {
        true => siblings::stubs(function, scalar),
        false => quote!(),
    }
}

/// Whether there is an `impl Trait` in the tokens of a type.
fn mentions_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == "impl",
        proc_macro2::TokenTree::Group(group) => mentions_impl(group.stream()),
        _ => false,
    })
}
