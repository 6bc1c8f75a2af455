//! The pullback with tangents: second derivatives across calls.

use super::*;

impl Writer<'_> {
    pub(super) fn key_pull_jvp(&self) -> TokenStream {
        let (body, attempt) = (self.success(self.pull_jvp_body()), self.attempt("pull_jvp"));
        let head = self.pull_jvp_head(&attempt);
        let method = quote!(#head { #body });
        if self.f.fallible.is_none() {
            return method;
        }
        let held = held_lifetimes(self.f);
        let (generics, params) = (self.held_generics(&held), self.pull_jvp_params());
        let tangent = self.if_there(self.output_tangent(&self.float()));
        let ((ty, outer), outcome) = (self.outer_pullback(&held, true), self.outcome());
        let (names, clause, attributes) = (self.paired_names(), self.where_clause(), attributes());
        quote! {
            #method
            #attributes
            pub fn pull_jvp #generics(self, #(#params),*) -> (#outcome, #tangent, #ty) #clause {
                let (__value, __tangent, __pullback) =
                    ::autodiff_runtime::private::three_apart(self.#attempt(#names));
                (__value, __tangent, #outer)
            }
        }
    }

    fn pull_jvp_params(&self) -> Vec<TokenStream> {
        let float = self.float();
        let params = self.f.params.iter().map(|param| {
            let (pair, dot) = (self.pull_param(param), &param.dot);
            let companion = self.companion(param, &float);
            quote!(#pair, #dot: ::core::option::Option<#companion>)
        });
        params.collect()
    }

    /// A method that gives value, tangent and pullback, up to its body.
    pub(super) fn pull_jvp_head(&self, name: &Ident) -> TokenStream {
        let held = held_lifetimes(self.f);
        let (generics, params) = (self.held_generics(&held), self.pull_jvp_params());
        let (output, tangent) = (self.output(), self.output_tangent(&self.float()));
        let types = self.closure_params(&format_ident!("seed"), true);
        let types = types.into_iter().map(only_type);
        let pullback = self.pullback_type(&quote!((#(#types),*)), &held);
        let (clause, attributes) = (self.where_clause(), attributes());
        let three = self.f.wrapped(&quote!((#output, #tangent, #pullback)));
        quote! {
            #attributes
            pub fn #name #generics(self, #(#params),*) -> #three #clause
        }
    }

    pub(super) fn pull_jvp_body(&self) -> TokenStream {
        let float = self.float();
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), true);
            return quote! {
                (::autodiff_runtime::private::never(), ::autodiff_runtime::private::never(), move |#(#params),*| {
                    ::core::unreachable!()
                })
            };
        };
        let refusal = lowered.first_order_only.as_ref();
        let refusal = refusal.map(|message| quote!(::core::panic!("{}", #message);));
        let reverse = self.reverse(lowered, Purpose::Pullback);
        let second = derive::second(self.f, lowered, reverse);
        let emit = self.emit(&second.trace, float.clone());
        let seed = reverse.seed.expect("a pullback has a seed");
        let seed_ident = second.trace.var(seed).ident.clone();
        let (forward, backward) = (emit.block(&second.forward), emit.block(&second.backward));
        let dots = self.cotangent_dots(&emit, &second);
        let pairs = self.f.params.iter().zip(&reverse.cotangents).zip(dots);
        let adds = pairs.map(|((param, cotangent), dot)| {
            let value = cotangent.as_ref().map(|operand| emit.operand(operand));
            let bar_dot = format_ident!("{}_dot", param.bar);
            let dot = value.is_some().then_some(dot);
            let first = self.add_to_given(param, &param.bar, value);
            let second = self.add_to_given(param, &bar_dot, dot);
            quote!(#second #first)
        });
        let adds: TokenStream = adds.collect();
        let params = self.closure_params(&seed_ident, true);
        let opened = self.open_tangents(&float);
        let (open, outlines, rebind) = (self.open_shadows(true), self.outlines(), self.rebind());
        let mutable = self.rebind_dots();
        let closure = self.boxed(quote! {
            move |#(#params),*| { #open #backward #adds }
        });
        let (result, imports) = (second.trace.result.clone(), self.imports());
        let dot = result
            .as_ref()
            .and_then(Operand::var)
            .and_then(|var| second.dots.get(&var))
            .map(|dot| Operand::Var(*dot));
        let pair = self.pair(&emit, dot.as_ref());
        quote! {
            #refusal
            #imports #outlines #opened #rebind #mutable #forward
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
                        quote!(<#float as ::autodiff_runtime::private::Lane<#float>>::ZERO)
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
