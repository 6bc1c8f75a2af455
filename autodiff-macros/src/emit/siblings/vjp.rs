//! `f_vjp`: value and pullback, for users.

use super::*;

impl Writer<'_> {
    pub(super) fn public_vjp(&self) -> TokenStream {
        let key = self.key_name();
        let float = self.float();
        let held = vjp_lifetimes(self.f);
        let lifetimes = &held.all;
        let params: Vec<_> = self
            .f
            .params
            .iter()
            .map(|param| {
                let (ident, ty) = (&param.ident, held_shared_type(param));
                quote!(#ident: #ty)
            })
            .collect();
        let (output, seed) = (self.output(), self.output_tangent(&float));
        let seed_given = self.f.output.is_some();
        let seed_ident = format_ident!("__seed");
        let mut types = Vec::new();
        let mut closure_params = Vec::new();
        if seed_given {
            types.push(seed.clone());
            closure_params.push(quote!(#seed_ident: #seed));
        }
        let mut args = vec![if seed_given {
            quote!(#seed_ident)
        } else {
            quote!(())
        }];
        let (mut checks, mut zeros) = (TokenStream::new(), TokenStream::new());
        let (mut returned, mut fields) = (Vec::new(), Vec::new());
        for param in &self.f.params {
            let (ident, bar) = (&param.ident, &param.bar);
            args.push(match param.passing {
                Passing::Shared => quote!(::core::option::Option::Some(#ident)),
                _ => quote!(::core::option::Option::None),
            });
            if !param.active {
                args.push(quote!(::core::option::Option::None));
                continue;
            }
            if param.passing == Passing::Value {
                returned.push(tangent_type(&param.ty, &float).to_token_stream());
                fields.push(quote!(#bar));
                let zero = self.zero_of(param);
                zeros.extend(quote!(let mut #bar = #zero;));
                args.push(quote!(::core::option::Option::Some(&mut #bar)));
                continue;
            }
            let shadow = self.shadow(param);
            types.push(shadow.clone());
            closure_params.push(quote!(#bar: #shadow));
            args.push(quote!(::core::option::Option::Some(#bar)));
            if param.passing == Passing::Shared {
                checks.extend(self.check(param, bar, "adjoint"));
            } else {
                let name = param.ident.to_string();
                let outline = format_ident!("__outline_{}", param.ident);
                checks.extend(quote! {
                    ::autodiff_runtime::private::check_shape(#name, "adjoint", &#outline, &*#bar);
                });
            }
        }
        let (returned, fields) = (bare(returned), bare(fields));
        let names = self.f.params.iter().map(|param| &param.ident);
        let consts = self
            .f
            .item
            .sig
            .generics
            .const_params()
            .map(|param| &param.ident);
        let pullback = quote! {
            impl ::core::ops::FnOnce(#(#types),*) -> #returned + use<#(#lifetimes,)* #(#consts),*>
        };
        let outlines = self.outlines();
        let (attempt, or_fail) = (self.attempt("pull"), self.or_fail());
        let body = quote! {
            #outlines
            let (__value, __pullback) = #key.#attempt(#(#names),*)#or_fail;
            (__value, move |#(#closure_params),*| -> #returned {
                #checks
                #zeros
                __pullback(#(#args),*);
                #fields
            })
        };
        let body = match self.lowered {
            Some(_) => body,
            None => quote! {
                (::autodiff_runtime::private::never(), move |#(#closure_params),*| -> #returned {
                    ::core::unreachable!()
                })
            },
        };
        let (vis, name, cfgs) = (&self.f.item.vis, self.name("vjp"), self.cfgs());
        let before = held
            .new
            .as_ref()
            .map_or(quote!(), |lifetime| quote!(#lifetime,));
        let (generics, clause) = (self.generics(before, quote!()), self.where_clause());
        let (attributes, doc) = (attributes(), docs::vjp(self.f));
        let body = self.success(body);
        let pair = self.f.wrapped(&quote!((#output, #pullback)));
        quote! {
            #cfgs
            #[doc = #doc]
            #attributes
            #vis fn #name #generics(#(#params),*) -> #pair #clause { #body }
        }
    }
}

pub(super) fn held_shared_type(param: &Param) -> TokenStream {
    if param.passing == Passing::Shared {
        with_lifetime(&param.ty)
    } else {
        param.ty.to_token_stream()
    }
}

/// The pullback for users holds on to every shared reference.
pub(super) fn vjp_lifetimes(function: &Function) -> Held {
    lifetimes_of(function, |param| param.passing == Passing::Shared)
}
