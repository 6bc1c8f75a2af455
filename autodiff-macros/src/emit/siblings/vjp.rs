//! `f_vjp`: value and pullback, for users.

use super::*;

impl Writer<'_> {
    pub(super) fn public_vjp(&self) -> TokenStream {
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
        let params = self.received(&params, true);
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
                Passing::Shared if self.is_given_by_value(param) => {
                    quote!(::core::option::Option::Some(&self))
                }
                Passing::Shared => quote!(::core::option::Option::Some(#ident)),
                _ => quote!(::core::option::Option::None),
            });
            if !param.active {
                args.push(quote!(::core::option::Option::None));
                continue;
            }
            let by_value = self.is_given_by_value(param);
            if param.passing == Passing::Value || by_value {
                returned.push(tangent_type(param.referent(), &float).to_token_stream());
                fields.push(quote!(#bar));
                let zero = match by_value {
                    true => zero_like(param, &float),
                    false => self.zero_of(param),
                };
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
                let name = param.shown();
                let outline = format_ident!("__outline_{}", param.ident);
                checks.extend(quote! {
                    ::autodiff_runtime::private::check_shape(#name, "adjoint", &#outline, &*#bar);
                });
            }
        }
        let (returned, fields) = (bare(returned), bare(fields));
        let names = self.f.params.iter().map(|param| &param.ident);
        let captured = self.captured(lifetimes);
        let pullback = quote!(impl ::core::ops::FnOnce(#(#types),*) -> #returned + #captured);
        let (outlines, enter) = (self.outlines(), self.enter(true));
        // A receiver given by value goes with the pullback.
        let by_value = self.f.receiver == Some(Receiver::Value);
        let again = by_value.then(|| enter.clone());
        let (attempt, or_fail) = (self.attempted("pull"), self.or_fail());
        let body = quote! {
            #enter
            #outlines
            let (__value, __pullback) = #attempt(#(#names),*)#or_fail;
            (__value, move |#(#closure_params),*| -> #returned {
                #again
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
