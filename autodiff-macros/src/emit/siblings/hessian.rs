//! `f_hvp` and `f_hessian`.

use super::*;

impl Writer<'_> {
    pub(super) fn public_hvp(&self) -> TokenStream {
        let checks = self.checks(|param| &param.dot, "tangent");
        let ty = self.gradient_type();
        let body = match self.lowered {
            None => quote!(::core::unreachable!()),
            Some(lowered) => self.hvp_body(lowered),
        };
        self.item(
            "hvp",
            &docs::hvp(self.f),
            &self.tangent_params(),
            quote!(-> #ty),
            quote!(#checks #body),
        )
    }

    pub(super) fn hvp_body(&self, lowered: &Lowered) -> TokenStream {
        let float = self.float();
        let second = derive::second(self.f, lowered, Purpose::Gradient);
        let emit = self.emit(&second.trace, float.clone());
        let (forward, backward) = (emit.block(&second.forward), emit.block(&second.backward));
        let mut shadows = TokenStream::new();
        let mut parts = Vec::new();
        let dots = self.cotangent_dots(&emit, &second);
        for ((k, param), var) in self.f.params.iter().enumerate().zip(&lowered.params) {
            if !param.active {
                continue;
            }
            let Some(shadow) = second.reverse.shadows.get(var) else {
                parts.push(dots[k].clone());
                continue;
            };
            let (ident, bar) = (&param.ident, &param.bar);
            let of = match param.passing {
                Passing::Value => quote!(&#ident),
                _ => quote!(&*#ident),
            };
            let buffer = format_ident!("__{}", bar);
            let dot_buffer = format_ident!("__{}_dot", bar);
            let ty = tangent_type(param.referent(), &float);
            shadows.extend(quote! {
                let mut #buffer = ::autodiff_runtime::private::zero_like::<#float, _>(#of);
                let #bar: &mut #ty = &mut #buffer;
                let mut #dot_buffer = ::autodiff_runtime::private::zero_like::<#float, _>(#of);
            });
            if let Some(dot) = second.dots.get(shadow) {
                let dot = &second.trace.var(*dot).ident;
                shadows.extend(quote!(let #dot: &mut #ty = &mut #dot_buffer;));
            }
            parts.push(quote!(#dot_buffer));
        }
        let rebind = self.rebind();
        let mutable = self.f.active().filter(|p| p.mut_binding).map(|param| {
            let dot = &param.dot;
            quote!(let mut #dot = #dot;)
        });
        let parts = bare(parts);
        quote!(#shadows #rebind #(#mutable)* #forward #backward #parts)
    }

    pub(super) fn public_hessian(&self) -> TokenStream {
        let (float, hvp) = (self.float(), self.name("hvp"));
        let seeds = self.seeds(&float);
        let args = self.f.params.iter().map(|param| {
            let (value, dot) = (self.again(param), &param.dot);
            match (param.active, param.passing) {
                (false, _) => value,
                (true, Passing::Value) => quote!(#value, #dot),
                (true, Passing::Shared) => quote!(#value, &#dot),
                (true, Passing::Mutable) => quote!(#value, &mut #dot),
            }
        });
        let total = self.input_count();
        let body = quote! {
            let __total = #total;
            ::autodiff_runtime::private::columns(__total, |__block: usize| {
                #seeds
                ::autodiff_runtime::private::flat(&#hvp(#(#args),*))
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
