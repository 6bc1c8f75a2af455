//! The pullback with tangents: second derivatives across calls.

use super::*;

impl Writer<'_> {
    pub(super) fn key_pull_jvp(&self) -> TokenStream {
        let (body, attempt) = (self.success(self.pull_jvp_body()), self.attempt("pull_jvp"));
        let (generics, params, three) = self.pull_jvp_signature();
        let (clause, attributes) = (self.where_clause(), attributes());
        let (head, enter) = (self.head(&attempt, &generics, &params), self.enter(false));
        let method = quote! {
            #attributes
            #head -> #three #clause { #enter #body }
        };
        if self.f.fallible.is_none() {
            return method;
        }
        let (head, within) = (
            self.head(&format_ident!("pull_jvp"), &generics, &params),
            self.within(&attempt),
        );
        let (ty, outer) = self.outer_pullback(&held_lifetimes(self.f), true);
        let tangent = self.if_there(self.output_tangent(&self.float()));
        let (outcome, names) = (self.outcome(), self.paired_names());
        quote! {
            #method
            #attributes
            #head -> (#outcome, #tangent, #ty) #clause {
                #enter
                let (__value, __tangent, __pullback) =
                    ::autodiff_runtime::private::three_apart(#within(#names));
                (__value, __tangent, #outer)
            }
        }
    }

    /// Generics, parameters and result of a method that gives value, tangent and pullback.
    pub(super) fn pull_jvp_signature(&self) -> (TokenStream, Vec<TokenStream>, TokenStream) {
        let (float, held) = (self.float(), held_lifetimes(self.f));
        let params = self.f.params.iter().map(|param| {
            let (pair, dot) = (self.pull_param(param), &param.dot);
            let companion = self.companion(param, &float);
            quote!(#pair, #dot: ::core::option::Option<#companion>)
        });
        let (output, tangent) = (self.output(), self.output_tangent(&float));
        let types = self.closure_params(&format_ident!("seed"), true);
        let types = types.into_iter().map(only_type);
        let pullback = self.pullback_type(&quote!((#(#types),*)), &held);
        let three = self.f.wrapped(&quote!((#output, #tangent, #pullback)));
        (self.held_generics(&held), params.collect(), three)
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
