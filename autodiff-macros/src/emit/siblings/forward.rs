//! Forward mode: the method that other functions call, and `f_jvp` for users.

use super::*;

impl Writer<'_> {
    pub(super) fn key_jvp(&self) -> TokenStream {
        let (lane, base) = (derive::lane(), self.float());
        let params = self.key_params(&lane);
        let generics = self.generics(
            quote!(),
            quote!(#lane: ::autodiff_runtime::private::Lane<#base>),
        );
        let (output, output_dot) = (self.output(), self.output_tangent(&lane));
        let (clause, attributes) = (self.where_clause(), attributes());
        let body = match self.lowered {
            None => quote!(::core::unreachable!()),
            Some(lowered) => {
                let forward = derive::forward(self.f, lowered);
                self.carried(&forward, &self.emit(&forward.trace, lane))
            }
        };
        let (body, attempt) = (self.success(body), self.attempt("jvp"));
        let pair = self.f.wrapped(&quote!((#output, #output_dot)));
        let (head, enter) = (self.head(&attempt, &generics, &params), self.enter(false));
        let method = quote! {
            #attributes
            #head -> #pair #clause { #enter #body }
        };
        if self.f.fallible.is_none() {
            return method;
        }
        let (outcome, names) = (self.outcome(), self.paired_names());
        let (outer, within) = (
            self.head(&format_ident!("jvp"), &generics, &params),
            self.within(&attempt),
        );
        quote! {
            #method
            #attributes
            #outer -> (#outcome, ::core::option::Option<#output_dot>) #clause {
                #enter
                ::autodiff_runtime::private::apart(#within(#names))
            }
        }
    }

    pub(super) fn public_jvp(&self) -> TokenStream {
        let args = self.f.params.iter().map(|param| {
            let (ident, dot) = (&param.ident, &param.dot);
            match param.active {
                true => quote!(#ident, ::core::option::Option::Some(#dot)),
                false => quote!(#ident, ::core::option::Option::None),
            }
        });
        let checks = self.checks(|param| &param.dot, "tangent");
        let borrow = self.borrow_dot();
        let (attempt, or_fail) = (self.attempted("jvp"), self.or_fail());
        let call = quote!(#attempt(#(#args),*)#or_fail);
        let (output, tangent) = (self.output(), self.output_tangent(&self.float()));
        let (output, body) = match self.f.output {
            Some(_) => (
                quote!(-> (#output, #tangent)),
                quote!(#borrow #checks #call),
            ),
            None => (quote!(), quote!(#borrow #checks #call;)),
        };
        self.item(
            "jvp",
            &docs::jvp(self.f),
            &self.tangent_params(),
            output,
            body,
        )
    }
}
