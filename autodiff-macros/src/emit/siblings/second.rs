//! The pullback with tangents: second derivatives across calls.

use super::*;

impl Writer<'_> {
    pub(super) fn key_pull_jvp(&self) -> TokenStream {
        let (head, body) = (self.pull_jvp_head(), self.pull_jvp_body());
        quote!(#head { #body })
    }

    pub(super) fn pull_jvp_head(&self) -> TokenStream {
        let float = self.float();
        let held = held_lifetimes(self.f);
        let before = held
            .new
            .as_ref()
            .map_or(quote!(), |lifetime| quote!(#lifetime,));
        let generics = self.generics(before, quote!());
        let params = self.f.params.iter().map(|param| {
            let (pair, dot) = (self.pull_param(param), &param.dot);
            let companion = self.companion(param, &float);
            quote!(#pair, #dot: ::core::option::Option<#companion>)
        });
        let (output, tangent) = (self.output(), self.output_tangent(&float));
        let types = self.closure_params(&format_ident!("seed"), true);
        let types = types.into_iter().map(only_type);
        let call = quote!((#(#types),*));
        let pullback = self.pullback_type(&call, &held);
        let (clause, attributes) = (self.where_clause(), attributes());
        quote! {
            #attributes
            pub fn pull_jvp #generics(self, #(#params),*) -> (#output, #tangent, #pullback) #clause
        }
    }

    pub(super) fn pull_jvp_body(&self) -> TokenStream {
        let float = self.float();
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), true);
            return quote! {
                (::core::unreachable!(), ::core::unreachable!(), move |#(#params),*| {
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
        let result = second.trace.result.clone();
        let dot = result
            .as_ref()
            .and_then(Operand::var)
            .and_then(|var| second.dots.get(&var))
            .map(|dot| Operand::Var(*dot));
        let pair = self.pair(&emit, dot.as_ref());
        quote! {
            #refusal
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
