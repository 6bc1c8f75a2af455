//! What is emitted after an error: the user's function, and derivatives that exist but cannot be
//! called, so that one mistake does not become forty.

use crate::emit::siblings;
use crate::errors::Errors;
use crate::signature::Function;
use proc_macro2::TokenStream;
use quote::quote;

/// The attribute stands on something that is not a function.
pub fn not_a_function(item: TokenStream, error: syn::Error, errors: Errors) -> TokenStream {
    if syn::parse2::<syn::Item>(item.clone()).is_ok() {
        errors.at(
            &item,
            "`#[differentiate]` stands on a free function; methods, `impl` blocks and other items \
             are not supported yet",
        );
    } else {
        errors.push(error);
    }
    let messages = errors.into_tokens();
    quote!(#item #messages)
}

/// The function as written, its derivatives as stubs.
pub fn stubs(function: &Function, errors: Errors) -> TokenStream {
    let original = &function.item;
    let plain = !function
        .item
        .sig
        .inputs
        .iter()
        .any(|arg| matches!(arg, syn::FnArg::Receiver(_)))
        && function.params.len() == function.item.sig.inputs.len()
        && function.item.sig.asyncness.is_none()
        && function.item.sig.generics.type_params().next().is_none();
    let stubs = plain.then(|| siblings::stubs(function));
    let messages = errors.into_tokens();
    quote!(#original #stubs #messages)
}
