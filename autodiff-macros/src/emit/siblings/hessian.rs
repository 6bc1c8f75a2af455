//! `f_hvp` and `f_hessian`.

use super::*;

impl Writer<'_> {
    pub(super) fn public_hvp(&self) -> TokenStream {
        let checks = self.checks(|param| &param.dot, "tangent");
        let borrow = self.borrow_dot();
        let ty = self.gradient_type();
        let body = self.lowered.map(|lowered| self.hvp_body(lowered));
        self.item(
            "hvp",
            &docs::hvp(self.f),
            &self.tangent_params(),
            quote!(-> #ty),
            quote!(#borrow #checks #body),
        )
    }

    pub(super) fn hvp_body(&self, lowered: &Lowered) -> TokenStream {
        let float = self.float();
        let reverse = self.reverse(lowered, Purpose::Gradient);
        let second = derive::second(self.f, lowered, reverse);
        let emit = self.emit(&second.trace, float.clone());
        let (forward, backward) = (emit.block(&second.forward), emit.block(&second.backward));
        let mut shadows = TokenStream::new();
        let mut parts = Vec::new();
        let dots = self.cotangent_dots(&emit, &second);
        for ((k, param), var) in self.f.params.iter().enumerate().zip(&lowered.params) {
            if !param.active {
                continue;
            }
            let Some(shadow) = reverse.shadows.get(var) else {
                parts.push(dots[k].clone());
                continue;
            };
            let (bar, zero) = (&param.bar, zero_like(param, &float));
            let buffer = format_ident!("__{}", bar);
            let dot_buffer = format_ident!("__{}_dot", bar);
            let ty = tangent_type(param.referent(), &float);
            shadows.extend(quote! {
                let mut #buffer = #zero;
                let #bar: &mut #ty = &mut #buffer;
                let mut #dot_buffer = #zero;
            });
            if let Some(dot) = second.dots.get(shadow) {
                let dot = &second.trace.var(*dot).ident;
                shadows.extend(quote!(let #dot: &mut #ty = &mut #dot_buffer;));
            }
            parts.push(quote!(#dot_buffer));
        }
        let (rebind, mutable) = (self.rebind(), self.rebind_dots());
        let parts = bare(parts);
        let refusal = lowered.first_order_only.as_ref();
        let refusal = refusal.map(|message| quote!(::core::panic!("{}", #message);));
        let imports = self.imports();
        quote!(#refusal #imports #shadows #rebind #mutable #forward #backward #parts)
    }

    pub(super) fn public_hessian(&self) -> TokenStream {
        let (float, hvp) = (self.float(), self.sibling("hvp"));
        let seeds = self.seeds(&float);
        let args = self.f.params.iter().map(|param| {
            let value = self.handed(param);
            let dot = match self.is_given_by_value(param) {
                true => param.dot.to_token_stream(),
                false => own_dot(param),
            };
            match param.active {
                true => quote!(#value, #dot),
                false => value,
            }
        });
        let total = self.input_count();
        let mut column = quote!(#hvp(#(#args),*));
        let mut first = quote!();
        if self.f.fallible.is_some() {
            // The first product shows whether the function fails.
            first = quote!({ let __block = usize::MAX; #seeds #column?; });
            column = quote!(::autodiff_runtime::private::succeeded(#column));
        }
        let body = quote! {
            let __total = #total;
            #first
            ::autodiff_runtime::private::columns(__total, |__block: usize| {
                #seeds
                ::autodiff_runtime::private::flat(&#column)
            })
        };
        let output = quote!(-> ::autodiff_runtime::nalgebra::DMatrix<#float>);
        self.item(
            "hessian",
            &docs::hessian(self.f),
            &self.plain_params(),
            output,
            body,
        )
    }
}
