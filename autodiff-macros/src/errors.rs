//! The collector of diagnostics and the wording of every one of them.
//!
//! A message names the thing, gives the reason and says what to write instead. All messages of a
//! function are reported at once.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::cell::RefCell;

/// Collects the errors of one function.
#[derive(Default)]
pub struct Errors {
    found: RefCell<Vec<syn::Error>>,
}

impl Errors {
    /// Reports `message` at all of `tokens`.
    pub fn at(&self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.found
            .borrow_mut()
            .push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports `message` at a span.
    pub fn at_span(&self, span: Span, message: impl std::fmt::Display) {
        self.found.borrow_mut().push(syn::Error::new(span, message));
    }

    pub fn push(&self, error: syn::Error) {
        self.found.borrow_mut().push(error);
    }

    pub fn count(&self) -> usize {
        self.found.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// All messages as `compile_error!` invocations, each said once.
    pub fn into_tokens(self) -> TokenStream {
        let mut said = std::collections::HashSet::new();
        let mut found = self.found.into_inner();
        found.sort_by_key(|error| position(error.span()));
        found
            .into_iter()
            .filter(|error| said.insert((format!("{:?}", error.span()), error.to_string())))
            .map(|error| error.to_compile_error())
            .collect()
    }
}

/// Where a span starts, by line and column; known while a compiler runs the macro.
fn position(span: Span) -> (usize, usize) {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    (span.line(), span.column())
}
