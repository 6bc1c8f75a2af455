//! The pullback that other functions call: forward sweep, then a closure for the backward sweep.

use super::*;

impl Writer<'_> {
    pub(super) fn key_pull(&self) -> TokenStream {
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
        let (body, attempt) = (self.success(self.pull_body()), self.attempt("pull"));
        let params: Vec<TokenStream> = params.collect();
        let pair = self.f.wrapped(&quote!((#output, #pullback)));
        let method = quote! {
            #attributes
            pub fn #attempt #generics(self, #(#params),*) -> #pair #clause { #body }
        };
        if self.f.fallible.is_none() {
            return method;
        }
        let names = self.f.params.iter().map(|param| &param.ident);
        let names = quote!(#(#names),*);
        let (ty, outer) = self.outer_pullback(&held, false);
        let outcome = self.outcome();
        let zeros = self.zero_cotangents();
        quote! {
            #method
            #attributes
            pub fn pull #generics(self, #(#params),*) -> (#outcome, #ty) #clause {
                let __zeros = #zeros;
                let (__value, __pullback) =
                    ::autodiff_runtime::private::apart(self.#attempt(#names));
                (__value, #outer)
            }
        }
    }

    /// The pullback of a function that may fail, for callers: without a value it gives zeros.
    pub(super) fn outer_pullback(&self, held: &Held, second: bool) -> (TokenStream, TokenStream) {
        let (seed, dot) = (format_ident!("__seed"), format_ident!("__seed_dot"));
        let mut params = self.closure_params(&seed, second);
        let tangent = self.if_there(self.output_tangent(&self.float()));
        let mut seeds = vec![seed];
        if second {
            seeds.push(dot);
        }
        for (param, seed) in params.iter_mut().zip(&seeds) {
            *param = quote!(#seed: #tangent);
        }
        let names: Vec<TokenStream> = params
            .iter()
            .map(|param| param.clone().into_iter().take(1).collect())
            .collect();
        let rest = &names[seeds.len()..];
        let types = params.iter().cloned().map(only_type);
        let returned = self.cotangent_types();
        let returned = match second {
            true => quote!(((#(#returned,)*), (#(#returned,)*))),
            false => quote!((#(#returned,)*)),
        };
        let ty = self.pullback_type(&quote!((#(#types),*) -> #returned), held);
        let some = quote!(::core::option::Option::Some);
        let closure = self.boxed(quote! {
            move |#(#params),*| -> #returned {
                match (__pullback, #(#seeds),*) {
                    (#some(__pullback), #(#some(#seeds)),*) => {
                        __pullback(#(#seeds,)* #(#rest),*)
                    }
                    _ => __zeros,
                }
            }
        });
        (ty, closure)
    }

    /// The cotangents of a function that has failed.
    pub(super) fn zero_cotangents(&self) -> TokenStream {
        let float = self.float();
        let zeros = self
            .f
            .params
            .iter()
            .map(|param| match (param.active, param.passing) {
                (true, Passing::Value) => zero_like(param, &float),
                _ => quote!(()),
            });
        quote!((#(#zeros,)*))
    }

    /// A pullback is a closure; that of a function that calls itself has to be boxed.
    pub(super) fn pullback_type(&self, call: &TokenStream, held: &Held) -> TokenStream {
        let lifetimes = &held.all;
        if self.is_recursive() {
            let bound = held.all.first().map(|lifetime| quote!(+ #lifetime));
            return quote!(::std::boxed::Box<dyn ::core::ops::FnOnce #call #bound>);
        }
        let consts = self.captured();
        quote!(impl ::core::ops::FnOnce #call + use<#(#lifetimes,)* #(#consts),*>)
    }

    pub(super) fn is_recursive(&self) -> bool {
        let mut recursive = false;
        if let Some(lowered) = self.lowered {
            lowered.trace.body.walk(&mut |stmt| {
                recursive |= matches!(stmt, Stmt::Call(call) if call.recursive);
            });
        }
        recursive
    }

    pub(super) fn boxed(&self, closure: TokenStream) -> TokenStream {
        if self.is_recursive() {
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
                (::autodiff_runtime::private::never(), move |#(#params),*| -> (#(#types,)*) {
                    ::core::unreachable!()
                })
            };
        };
        let reverse = self.reverse(lowered, Purpose::Pullback);
        let (trace, forward, backward) = reverse.finished();
        let emit = self.emit(&trace, self.float());
        let seed = reverse.seed.expect("a pullback has a seed");
        let seed = trace.var(seed).ident.clone();
        let (forward, backward) = (emit.block(&forward), emit.block(&backward));
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
