//! The pullback for several cotangents at once: the rows of a Jacobian after one forward sweep.

use super::*;
use crate::transform::lanes::pulled;

impl Writer<'_> {
    /// The methods `pull_rows`, over any lanes, and `takes_rows`, which says whether it may be
    /// called: not if the function, or one that it calls, has a rule of the user's, is a method,
    /// can fail or calls itself. Whoever calls `pull_rows` in such a function is never run.
    pub(super) fn key_rows(&self) -> TokenStream {
        let over = self.over_lanes();
        let (lane, held) = (&over.adjoint, held_lifetimes(self.f));
        let (generics, mut params, mut pair) = over.pull_signature();
        params.push(quote!(__lane: ::core::marker::PhantomData<#lane>));
        let mut closure_params = over.closure_params(&format_ident!("seed"), false);
        if self.f.fallible.is_some() {
            closure_params = over.outer_params(false).0;
            let types = closure_params.iter().cloned().map(only_type);
            let pullback = over.pullback_type(&quote!((#(#types),*)), &held);
            let outcome = self.outcome();
            pair = quote!((#outcome, #pullback));
        }
        let body = over.rows_body();
        let can = body.is_some();
        let body = body.unwrap_or_else(|| {
            let closure = self.boxed(quote!(move |#(#closure_params),*| ::core::unreachable!()));
            quote!((::autodiff_runtime::private::never(), #closure))
        });
        let head = self.head(&format_ident!("pull_rows"), &generics, &params);
        let (clause, attributes, enter) = (self.where_clause(), attributes(), self.enter(false));
        let takes = matches!(self.f.home, Home::Module).then(|| {
            let takes = self.takes_if(can);
            quote! {
                #attributes
                pub fn takes_rows(&self) -> bool { #takes }
            }
        });
        quote! {
            #attributes
            #head -> #pair #clause { #enter #body }
            #takes
        }
    }

    /// Whether `pull_rows` may be called, as an expression that is constant after inlining.
    pub(super) fn takes_rows(&self) -> TokenStream {
        match self.f.home {
            Home::Module => {
                let key = self.key_name();
                quote!(#key.takes_rows())
            }
            Home::Type(_) => self.takes_if(self.over_lanes().rows_body().is_some()),
        }
    }

    /// The same for a function that can itself, or cannot: those that it calls are asked.
    fn takes_if(&self, can: bool) -> TokenStream {
        match self.lowered.filter(|_| can) {
            Some(lowered) => {
                let callees = pulled(&self.reverse(lowered, Purpose::Pullback).forward);
                let items = match callees.is_empty() {
                    true => TokenStream::new(),
                    false => local_items(&lowered.trace.body),
                };
                quote!({ #items true #(&& #callees!().takes_rows())* })
            }
            None => quote!(false),
        }
    }

    fn rows_body(&self) -> Option<TokenStream> {
        if self.recursive || self.f.fallible.is_some() {
            return None;
        }
        let reverse = self.reverse(self.lowered?, Purpose::Pullback);
        let zero = derive::zero_of(&self.adjoint, self.f);
        let (trace, forward, backward) = reverse.over_lanes(&zero)?;
        Some(self.pull_of(reverse, &trace, &forward, &backward))
    }
}

/// The items at the top of a function, by which its callees are found.
fn local_items(body: &Block) -> TokenStream {
    let items = body.0.iter().map_while(|stmt| match stmt {
        Stmt::Passive { code, .. } => syn::parse2::<syn::Item>(code.tokens.clone()).ok(),
        _ => None,
    });
    items.map(|item| item.to_token_stream()).collect()
}
