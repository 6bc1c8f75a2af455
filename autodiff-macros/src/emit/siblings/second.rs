//! The pullback with tangents: second derivatives across calls.

use super::*;

impl Writer<'_> {
    pub(super) fn key_pull_jvp(&self) -> TokenStream {
        let float = self.float();
        let held = held_lifetimes(self.f);
        let before = held
            .new
            .as_ref()
            .map_or(quote!(), |lifetime| quote!(#lifetime,));
        let generics = self.generics(before, quote!());
        let params: Vec<TokenStream> = self
            .f
            .params
            .iter()
            .map(|param| {
                let (pair, dot) = (self.pull_param(param), &param.dot);
                let companion = self.companion(param, &float);
                quote!(#pair, #dot: ::core::option::Option<#companion>)
            })
            .collect();
        let (output, tangent) = (self.output(), self.output_tangent(&float));
        let types = self.closure_params(&format_ident!("seed"), true);
        let types = types.into_iter().map(only_type);
        let returned = self.cotangent_types();
        let call = quote!((#(#types),*) -> ((#(#returned,)*), (#(#returned,)*)));
        let pullback = self.pullback_type(&call, &held);
        let (clause, attributes) = (self.where_clause(), attributes());
        let (body, attempt) = (self.success(self.pull_jvp_body()), self.attempt("pull_jvp"));
        let three = self.f.wrapped(&quote!((#output, #tangent, #pullback)));
        let method = quote! {
            #attributes
            pub fn #attempt #generics(self, #(#params),*) -> #three #clause { #body }
        };
        if self.f.fallible.is_none() {
            return method;
        }
        let (ty, outer) = self.outer_pullback(&held, true);
        let (outcome, tangent) = (self.outcome(), self.if_there(tangent));
        let (names, zeros) = (self.paired_names(), self.zero_cotangents());
        quote! {
            #method
            #attributes
            pub fn pull_jvp #generics(self, #(#params),*) -> (#outcome, #tangent, #ty) #clause {
                let __zeros = (#zeros, #zeros);
                let (__value, __tangent, __pullback) =
                    ::autodiff_runtime::private::three_apart(self.#attempt(#names));
                (__value, __tangent, #outer)
            }
        }
    }

    pub(super) fn pull_jvp_body(&self) -> TokenStream {
        let float = self.float();
        let types = self.cotangent_types();
        let returned = quote!(((#(#types,)*), (#(#types,)*)));
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), true);
            return quote! {
                (::autodiff_runtime::private::never(), ::autodiff_runtime::private::never(), move |#(#params),*| -> #returned {
                    ::core::unreachable!()
                })
            };
        };
        let reverse = self.reverse(lowered, Purpose::Pullback);
        let second = derive::second(self.f, lowered, reverse);
        let emit = self.emit(&second.trace, float.clone());
        let seed = reverse.seed.expect("a pullback has a seed");
        let seed_ident = second.trace.var(seed).ident.clone();
        let (forward, backward) = (emit.block(&second.forward), emit.block(&second.backward));
        let cotangents = self.cotangents(&emit, &reverse.cotangents);
        let dots = self.cotangent_dots(&emit, &second);
        let params = self.closure_params(&seed_ident, true);
        let opened = self.open_tangents(&float);
        let (open, outlines, rebind) = (self.open_shadows(true), self.outlines(), self.rebind());
        let mutable = self.rebind_dots();
        let closure = self.boxed(quote! {
            move |#(#params),*| -> #returned {
                #open #backward
                let __dots = (#(#dots,)*);
                ((#(#cotangents,)*), __dots)
            }
        });
        let result = second.trace.result.clone();
        let dot = result
            .as_ref()
            .and_then(Operand::var)
            .and_then(|var| second.dots.get(&var))
            .map(|dot| Operand::Var(*dot));
        let pair = self.pair(&emit, dot.as_ref());
        quote! {
            #outlines #opened #rebind #mutable #forward
            let (__value, __tangent) = #pair;
            (__value, __tangent, #closure)
        }
    }

    pub(super) fn cotangent_dots(
        &self,
        emit: &Emit<'_>,
        second: &derive::Second<'_>,
    ) -> Vec<TokenStream> {
        let float = self.float();
        second
            .reverse
            .cotangents
            .iter()
            .map(|cotangent| {
                let Some(cotangent) = cotangent else {
                    return quote!(());
                };
                match cotangent.var().and_then(|var| second.dots.get(&var)) {
                    Some(dot) => emit.operand(&Operand::Var(*dot)),
                    None if emit.trace.operand_ty(cotangent).is_real() => {
                        quote!(<#float as ::autodiff_runtime::private::Lane<#float>>::zero())
                    }
                    None => {
                        let of = emit.operand(cotangent);
                        quote!(::autodiff_runtime::private::zero_like::<#float, _>(&#of))
                    }
                }
            })
            .collect()
    }
}
