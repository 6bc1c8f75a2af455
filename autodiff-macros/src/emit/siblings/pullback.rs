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
        let call = quote!((#(#types),*));
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

    /// The parameters of the closure: the seed, then for each parameter the argument again, if it is
    /// a shared reference, and the adjoint to add to. All kinds of passing are treated alike,
    /// because a caller does not always know which the callee has.
    pub(super) fn closure_params(&self, seed: &Ident, second: bool) -> Vec<TokenStream> {
        let (float, seed_ty) = (self.float(), self.output_tangent(&self.float()));
        let mut params = vec![quote!(#seed: #seed_ty)];
        if second {
            let dot = format_ident!("{}_dot", seed);
            params.push(quote!(#dot: #seed_ty));
        }
        for param in &self.f.params {
            let (bar, of, shadow) = (&param.bar, param.referent(), self.shadow(param));
            let nothing = quote!(::autodiff_runtime::private::HeldConstant);
            let (again, dot, given) = match param.passing {
                Passing::Shared => (param.ident.clone(), param.dot.clone(), quote!(&#of)),
                _ => {
                    let again = format_ident!("__again_{}", param.ident);
                    let dot = format_ident!("__again_{}", param.dot);
                    let given = match param.passing {
                        Passing::Value => nothing.clone(),
                        _ => quote!(&#of),
                    };
                    (again, dot, given)
                }
            };
            params.push(quote!(#again: ::core::option::Option<#given>));
            if second {
                let given = match (param.active, param.passing) {
                    (false, _) | (_, Passing::Value) => nothing,
                    _ => {
                        let inner = tangent_type(of, &float);
                        quote!(&#inner)
                    }
                };
                params.push(quote!(#dot: ::core::option::Option<#given>));
            }
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
        for param in self.f.active().filter(|param| param.has_shadow()) {
            let (bar, shadow) = (&param.bar, self.shadow(param));
            let zero = match param.passing {
                Passing::Shared => zero_like(param, &float),
                _ => self.zero_of(param),
            };
            tokens.extend(self.open(bar, &shadow, Passing::Mutable, zero.clone()));
            if second {
                let bar_dot = format_ident!("{}_dot", bar);
                tokens.extend(self.open(&bar_dot, &shadow, Passing::Mutable, zero));
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
            .filter(|param| param.passing != Passing::Shared && !matches!(param.shape, Ty::Real))
            .map(|param| {
                let (of, outline) = (borrowed(param), format_ident!("__outline_{}", param.ident));
                quote!(let #outline = ::autodiff_runtime::private::outline::<#float, _>(#of);)
            })
            .collect()
    }

    pub(super) fn pull_body(&self) -> TokenStream {
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), false);
            return quote! {
                (::core::unreachable!(), move |#(#params),*| { ::core::unreachable!() })
            };
        };
        let reverse = self.reverse(lowered, Purpose::Pullback);
        let emit = self.emit(&reverse.trace, self.float());
        let seed = reverse.seed.expect("a pullback has a seed");
        let seed = reverse.trace.var(seed).ident.clone();
        let (forward, backward) = (emit.block(&reverse.forward), emit.block(&reverse.backward));
        let params = self.closure_params(&seed, false);
        let (open, outlines, rebind) = (self.open_shadows(false), self.outlines(), self.rebind());
        let pairs = self.f.params.iter().zip(&reverse.cotangents);
        let adds = pairs.map(|(param, cotangent)| {
            let value = cotangent.as_ref().map(|operand| emit.operand(operand));
            self.add_to_given(param, &param.bar, value)
        });
        let adds: TokenStream = adds.collect();
        let closure = self.boxed(quote! {
            move |#(#params),*| { #open #backward #adds }
        });
        let result = self.result(&emit);
        quote!(#outlines #rebind #forward (#result, #closure))
    }

    /// Adds `value`, if there is one, to the adjoint that a pullback is given for a parameter.
    pub(super) fn add_to_given(
        &self,
        param: &Param,
        given: &Ident,
        value: Option<TokenStream>,
    ) -> TokenStream {
        let Some(value) = value else {
            return quote!();
        };
        let add = add_cotangent(param, &quote!(__bar), &value);
        quote!(if let ::core::option::Option::Some(__bar) = #given { #add })
    }
}

/// `bar += value`, for the adjoint of a parameter.
pub(super) fn add_cotangent(param: &Param, bar: &TokenStream, value: &TokenStream) -> TokenStream {
    match param.shape {
        Ty::Real => quote!(*#bar += #value;),
        _ => quote!(::autodiff_runtime::private::accumulate(#bar, &#value);),
    }
}

/// The type of `name: type`.
pub(super) fn only_type(param: TokenStream) -> TokenStream {
    param.into_iter().skip(2).collect()
}
