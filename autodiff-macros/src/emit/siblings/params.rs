//! The parameters of emitted functions: companions, their checks, what is passed on.

use super::*;

impl Writer<'_> {
    pub(super) fn open(
        &self,
        name: &Ident,
        ty: &TokenStream,
        passing: Passing,
        zero: TokenStream,
    ) -> TokenStream {
        let held = format_ident!("__zero_{}", name);
        let borrow = match passing {
            Passing::Value => {
                return quote! {
                    let #name: #ty = match #name {
                        ::core::option::Option::Some(given) => given,
                        ::core::option::Option::None => #zero,
                    };
                };
            }
            Passing::Shared => quote!(&),
            Passing::Mutable => quote!(&mut),
        };
        quote! {
            let mut #held;
            let #name: #ty = match #name {
                ::core::option::Option::Some(given) => given,
                ::core::option::Option::None => { #held = #zero; #borrow #held }
            };
        }
    }

    /// The zero adjoint of a parameter that a pullback no longer sees.
    pub(super) fn zero_of(&self, param: &Param) -> TokenStream {
        let (adjoint, float) = (&self.adjoint, self.float());
        if matches!(param.shape, Ty::Real | Ty::Other) {
            return quote!(<#adjoint as ::autodiff_runtime::private::Lane<#float>>::zero());
        }
        let (of, outline) = (param.referent(), format_ident!("__outline_{}", param.ident));
        quote!(::autodiff_runtime::private::zero_of::<#adjoint, #of>(&#outline))
    }

    /// The panic of a shadow or tangent of the wrong length comes first.
    pub(super) fn checks(&self, names: impl Fn(&Param) -> &Ident, what: &str) -> TokenStream {
        self.f
            .active()
            .map(|param| self.check(param, names(param), what))
            .collect()
    }

    pub(super) fn check(&self, param: &Param, companion: &Ident, what: &str) -> TokenStream {
        fn has_length(ty: &Ty) -> bool {
            match ty {
                Ty::Vec(_) | Ty::Slice(_) | Ty::Unknown => true,
                Ty::Array(inner, _) | Ty::Ref(inner, _) => has_length(inner),
                Ty::Tuple(parts) => parts.iter().any(has_length),
                _ => false,
            }
        }
        if !has_length(&param.shape) {
            return quote!();
        }
        let (ident, name) = (&param.ident, param.shown());
        let value = borrow(ident, param.passing != Passing::Value);
        let by_value = what == "tangent" && param.passing == Passing::Value;
        let companion = borrow(companion, !by_value);
        quote!(::autodiff_runtime::private::check_shape(#name, #what, #value, #companion);)
    }

    /// The arguments as the user gave them.
    pub(in crate::emit) fn plain_params(&self) -> Vec<TokenStream> {
        self.f
            .params
            .iter()
            .map(|param| {
                let (ident, ty) = (&param.ident, &param.ty);
                quote!(#ident: #ty)
            })
            .collect()
    }

    /// Each active parameter followed by something of the type that `companion` gives.
    pub(super) fn params_with(
        &self,
        companion: impl Fn(&Param) -> TokenStream,
    ) -> Vec<TokenStream> {
        let mut params = Vec::new();
        for param in &self.f.params {
            let (ident, ty) = (&param.ident, &param.ty);
            params.push(quote!(#ident: #ty));
            if param.active {
                params.push(companion(param));
            }
        }
        params
    }

    /// `let this_dot = &this_dot;` for a receiver that users give by value.
    pub(super) fn borrow_dot(&self) -> TokenStream {
        match self.f.params.first() {
            Some(param) if param.active && self.is_given_by_value(param) => {
                let dot = &param.dot;
                quote!(let #dot = &#dot;)
            }
            _ => quote!(),
        }
    }

    pub(super) fn tangent_params(&self) -> Vec<TokenStream> {
        let float = self.float();
        self.params_with(|param| {
            let (dot, ty) = (&param.dot, self.companion(param, &float));
            if self.is_given_by_value(param) {
                let ty = tangent_type(param.referent(), &float);
                return quote!(#dot: #ty);
            }
            quote!(#dot: #ty)
        })
    }
}
