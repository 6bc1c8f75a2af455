//! The pullback that other functions call: forward sweep, then a closure for the backward sweep.

use super::*;

impl Writer<'_> {
    pub(super) fn key_pull(&self) -> TokenStream {
        let (head, body) = (self.pull_head(), self.pull_body());
        quote!(#head { #body })
    }

    pub(super) fn pull_head(&self) -> TokenStream {
        let held = held_lifetimes(self.f);
        let params = self.f.params.iter().map(|param| self.pull_param(param));
        let before = held
            .new
            .as_ref()
            .map_or(quote!(), |lifetime| quote!(#lifetime,));
        let generics = self.generics(before, quote!());
        let output = self.output();
        let types = self.closure_params(&format_ident!("seed"), false);
        let types = types.into_iter().map(only_type);
        let returned = self.cotangent_types();
        let call = quote!((#(#types),*) -> (#(#returned,)*));
        let pullback = self.pullback_type(&call, &held);
        let (clause, attributes) = (self.where_clause(), attributes());
        quote! {
            #attributes
            pub fn pull #generics(self, #(#params),*) -> (#output, #pullback) #clause
        }
    }

    /// A pullback is a closure; that of a function that calls itself has to be boxed.
    pub(super) fn pullback_type(&self, call: &TokenStream, held: &Held) -> TokenStream {
        let lifetimes = &held.all;
        if self.recursive {
            let bound = held.all.first().map(|lifetime| quote!(+ #lifetime));
            return quote!(::std::boxed::Box<dyn ::core::ops::FnOnce #call #bound>);
        }
        let consts = self
            .f
            .item
            .sig
            .generics
            .const_params()
            .map(|param| &param.ident);
        quote!(impl ::core::ops::FnOnce #call + use<#(#lifetimes,)* #(#consts),*>)
    }

    pub(super) fn boxed(&self, closure: TokenStream) -> TokenStream {
        if self.recursive {
            quote!(::std::boxed::Box::new(#closure))
        } else {
            closure
        }
    }

    pub(super) fn pull_param(&self, param: &Param) -> TokenStream {
        let (ident, ty) = (&param.ident, held_type(param));
        quote!(#ident: #ty)
    }

    /// The type of the adjoint that a pullback adds to.
    pub(super) fn shadow(&self, param: &Param) -> TokenStream {
        if !param.active {
            return quote!(::autodiff_runtime::private::HeldConstant);
        }
        let inner = tangent_type(param.referent(), &self.float());
        quote!(&mut #inner)
    }

    /// What a pullback returns: one entry for each parameter, `()` where there is no cotangent.
    pub(super) fn cotangent_types(&self) -> Vec<TokenStream> {
        let float = self.float();
        self.f
            .params
            .iter()
            .map(|param| match (param.active, param.passing) {
                (true, Passing::Value) => tangent_type(&param.ty, &float).to_token_stream(),
                _ => quote!(()),
            })
            .collect()
    }

    /// The parameters of the closure: the seed, then for each reference the argument again, if it
    /// is shared, and the shadow. Both kinds of reference are treated alike, because a caller that
    /// passes on a `&mut` of its own does not know which the callee takes.
    pub(super) fn closure_params(&self, seed: &Ident, second: bool) -> Vec<TokenStream> {
        let (float, seed_ty) = (self.float(), self.output_tangent(&self.float()));
        let mut params = vec![quote!(#seed: #seed_ty)];
        if second {
            let dot = format_ident!("{}_dot", seed);
            params.push(quote!(#dot: #seed_ty));
        }
        for param in &self.f.params {
            let (dot, bar, of) = (&param.dot, &param.bar, param.referent());
            let again = match param.passing {
                Passing::Value => continue,
                Passing::Shared => param.ident.clone(),
                Passing::Mutable => format_ident!("__again_{}", param.ident),
            };
            params.push(quote!(#again: ::core::option::Option<&#of>));
            if second && !param.active {
                let held = quote!(::autodiff_runtime::private::HeldConstant);
                params.push(quote!(#dot: ::core::option::Option<#held>));
            } else if second {
                let inner = tangent_type(of, &float);
                params.push(quote!(#dot: ::core::option::Option<&#inner>));
            }
            let shadow = self.shadow(param);
            params.push(quote!(#bar: ::core::option::Option<#shadow>));
            if second {
                let bar_dot = format_ident!("{}_dot", bar);
                params.push(quote!(#bar_dot: ::core::option::Option<#shadow>));
            }
        }
        params
    }

    /// The shadows, opened; what nobody wants to know goes to a scratch place.
    pub(super) fn open_shadows(&self, second: bool) -> TokenStream {
        let float = self.float();
        let mut tokens = TokenStream::new();
        for param in self
            .f
            .params
            .iter()
            .filter(|param| param.passing == Passing::Shared)
        {
            let (ident, of) = (&param.ident, param.referent());
            tokens.extend(quote! {
                let #ident: &#of = match #ident {
                    ::core::option::Option::Some(given) => given,
                    ::core::option::Option::None => ::core::unreachable!(),
                };
            });
        }
        for param in self
            .f
            .active()
            .filter(|param| param.passing != Passing::Value)
        {
            let (bar, shadow) = (&param.bar, self.shadow(param));
            let outline = format_ident!("__outline_{}", param.ident);
            let zero = |take: TokenStream| match param.passing {
                Passing::Shared => zero_like(param, &float),
                _ => {
                    let of = param.referent();
                    quote!(::autodiff_runtime::private::zero_of::<#float, #of>(&#take))
                }
            };
            tokens.extend(self.open(bar, &shadow, Passing::Mutable, zero(quote!(#outline))));
            if second {
                let bar_dot = format_ident!("{}_dot", bar);
                tokens.extend(self.open(
                    &bar_dot,
                    &shadow,
                    Passing::Mutable,
                    zero(quote!(#outline)),
                ));
                if param.passing == Passing::Shared {
                    tokens.extend(self.open_tangent(param, &float));
                }
            }
        }
        tokens
    }

    /// What a pullback has to know of the parameters that it no longer sees.
    pub(super) fn outlines(&self) -> TokenStream {
        let float = self.float();
        self.f
            .active()
            .filter(|param| param.passing == Passing::Mutable)
            .map(|param| {
                let (ident, outline) = (&param.ident, format_ident!("__outline_{}", param.ident));
                quote!(let #outline = ::autodiff_runtime::private::outline::<#float, _>(&*#ident);)
            })
            .collect()
    }

    pub(super) fn pull_body(&self) -> TokenStream {
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), false);
            let types = self.cotangent_types();
            return quote! {
                (::core::unreachable!(), move |#(#params),*| -> (#(#types,)*) {
                    ::core::unreachable!()
                })
            };
        };
        let reverse = self.reverse(lowered, Purpose::Pullback);
        let emit = self.emit(&reverse.trace, self.float());
        let seed = reverse.seed.expect("a pullback has a seed");
        let seed = reverse.trace.var(seed).ident.clone();
        let (forward, backward) = (emit.block(&reverse.forward), emit.block(&reverse.backward));
        let cotangents = self.cotangents(&emit, &reverse.cotangents);
        let params = self.closure_params(&seed, false);
        let (open, outlines, rebind) = (self.open_shadows(false), self.outlines(), self.rebind());
        let types = self.cotangent_types();
        let closure = self.boxed(quote! {
            move |#(#params),*| -> (#(#types,)*) { #open #backward (#(#cotangents,)*) }
        });
        let result = self.result(&emit);
        quote!(#outlines #rebind #forward (#result, #closure))
    }

    /// One expression for each parameter.
    pub(super) fn cotangents(
        &self,
        emit: &Emit<'_>,
        cotangents: &[Option<Operand>],
    ) -> Vec<TokenStream> {
        cotangents
            .iter()
            .map(|cotangent| match cotangent {
                Some(operand) => emit.operand(operand),
                None => quote!(()),
            })
            .collect()
    }
}

/// The type of `name: type`.
pub(super) fn only_type(param: TokenStream) -> TokenStream {
    param.into_iter().skip(2).collect()
}
