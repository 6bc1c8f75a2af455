//! The pullback that other functions call: forward sweep, then a closure for the backward sweep.

use super::*;

impl Writer<'_> {
    pub(super) fn key_pull(&self) -> TokenStream {
        let (body, attempt) = (self.success(self.pull_body()), self.attempt("pull"));
        let (generics, params, pair) = self.pull_signature();
        let (clause, attributes) = (self.where_clause(), attributes());
        let (head, enter) = (self.head(&attempt, &generics, &params), self.enter(false));
        let method = quote! {
            #attributes
            #head -> #pair #clause { #enter #body }
        };
        if self.f.fallible.is_none() {
            return method;
        }
        let (head, within) = (
            self.head(&format_ident!("pull"), &generics, &params),
            self.within(&attempt),
        );
        let names = self.f.params.iter().map(|param| &param.ident);
        let names = quote!(#(#names),*);
        let (ty, outer) = self.outer_pullback(&held_lifetimes(self.f), false);
        let outcome = self.outcome();
        quote! {
            #method
            #attributes
            #head -> (#outcome, #ty) #clause {
                #enter
                let (__value, __pullback) =
                    ::autodiff_runtime::private::apart(#within(#names));
                (__value, #outer)
            }
        }
    }

    /// Generics, parameters and result of a method that gives value and pullback.
    pub(super) fn pull_signature(&self) -> (TokenStream, Vec<TokenStream>, TokenStream) {
        let held = held_lifetimes(self.f);
        let generics = self.held_generics(&held);
        let params = self.f.params.iter().map(|param| self.pull_param(param));
        let output = self.output();
        let types = self.closure_params(&format_ident!("seed"), false);
        let types = types.into_iter().map(only_type);
        let pullback = self.pullback_type(&quote!((#(#types),*)), &held);
        let pair = self.f.wrapped(&quote!((#output, #pullback)));
        (generics, params.collect(), pair)
    }

    /// The generic parameters of a method whose result holds on to references.
    pub(super) fn held_generics(&self, held: &Held) -> TokenStream {
        let lifetime = held.new.as_ref();
        let before = lifetime.map_or(quote!(), |lifetime| quote!(#lifetime,));
        self.generics(before, self.adjoint_param())
    }

    /// The parameters of the pullback of a function that may fail, with the names of the seeds.
    pub(super) fn outer_params(&self, second: bool) -> (Vec<TokenStream>, Vec<Ident>) {
        let (seed, dot) = (format_ident!("__seed"), format_ident!("__seed_dot"));
        let mut params = self.closure_params(&seed, second);
        let tangent = self.if_there(self.output_tangent(&self.adjoint));
        let mut seeds = vec![seed];
        if second {
            seeds.push(dot);
        }
        for (param, seed) in params.iter_mut().zip(&seeds) {
            *param = quote!(#seed: #tangent);
        }
        (params, seeds)
    }

    /// The pullback of a function that may fail, for callers: without a value it adds nothing.
    pub(super) fn outer_pullback(&self, held: &Held, second: bool) -> (TokenStream, TokenStream) {
        let (params, seeds) = self.outer_params(second);
        let names: Vec<TokenStream> = params
            .iter()
            .map(|param| param.clone().into_iter().take(1).collect())
            .collect();
        let rest = &names[seeds.len()..];
        let types = params.iter().cloned().map(only_type);
        let ty = self.pullback_type(&quote!((#(#types),*)), held);
        let some = quote!(::core::option::Option::Some);
        let closure = self.boxed(quote! {
            move |#(#params),*| {
                if let (#some(__pullback), #(#some(#seeds)),*) = (__pullback, #(#seeds),*) {
                    __pullback(#(#seeds,)* #(#rest),*)
                }
            }
        });
        (ty, closure)
    }

    /// A pullback is a closure; that of a function that calls itself has to be boxed.
    pub(super) fn pullback_type(&self, call: &TokenStream, held: &Held) -> TokenStream {
        let lifetimes = &held.all;
        if self.recursive {
            let bound = held.all.first().map(|lifetime| quote!(+ #lifetime));
            return quote!(::std::boxed::Box<dyn ::core::ops::FnOnce #call #bound>);
        }
        let captured = self.captured(lifetimes);
        quote!(impl ::core::ops::FnOnce #call + #captured)
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
        let inner = tangent_type(param.referent(), &self.adjoint);
        quote!(&mut #inner)
    }

    /// The parameters of the closure: the seed, then for each parameter the argument again, if it is
    /// a shared reference, and the adjoint to add to. All kinds of passing are treated alike,
    /// because a caller does not always know which the callee has.
    pub(super) fn closure_params(&self, seed: &Ident, second: bool) -> Vec<TokenStream> {
        let (float, seed_ty) = (self.float(), self.output_tangent(&self.adjoint));
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
                Passing::Shared => zero_like(param, &self.adjoint),
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
        let adjoint = &self.adjoint;
        self.f
            .active()
            .filter(|param| {
                param.passing != Passing::Shared && !matches!(param.shape, Ty::Real | Ty::Other)
            })
            .map(|param| {
                let (of, outline) = (borrowed(param), format_ident!("__outline_{}", param.ident));
                quote!(let #outline = ::autodiff_runtime::private::outline::<#adjoint, _>(#of);)
            })
            .collect()
    }

    pub(super) fn pull_body(&self) -> TokenStream {
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), false);
            return quote! {
                (::autodiff_runtime::private::never(), move |#(#params),*| {
                    ::core::unreachable!()
                })
            };
        };
        let reverse = self.reverse(lowered, Purpose::Pullback);
        let (trace, forward, backward) = reverse.finished();
        self.pull_of(reverse, &trace, &forward, &backward)
    }

    /// The forward sweep, and the backward sweep as a closure.
    pub(super) fn pull_of(
        &self,
        reverse: &Reverse,
        trace: &Trace,
        forward: &Block,
        backward: &Block,
    ) -> TokenStream {
        let emit = self.emit(trace, self.adjoint.clone());
        let seed = reverse.seed.expect("a pullback has a seed");
        let seed = trace.var(seed).ident.clone();
        let (forward, backward) = (emit.block(forward), emit.block(backward));
        let params = self.closure_params(&seed, false);
        let (open, outlines, rebind) = (self.open_shadows(false), self.outlines(), self.rebind());
        let pairs = self.f.params.iter().zip(&reverse.cotangents);
        let adds = pairs.map(|(param, cotangent)| {
            let nothing = |operand: &&Operand| operand.lit() != Some(0.0);
            let value = cotangent.as_ref().filter(nothing);
            let value = value.map(|operand| emit.operand(operand));
            self.add_to_given(param, &param.bar, value)
        });
        let adds: TokenStream = adds.collect();
        let closure = self.boxed(quote! {
            move |#(#params),*| { #open #backward #adds }
        });
        let result = self.result(&emit);
        let imports = self.imports();
        quote!(#imports #outlines #rebind #forward (#result, #closure))
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
        Ty::Real | Ty::Other => quote!(*#bar += #value;),
        _ => quote!(::autodiff_runtime::private::accumulate(#bar, &#value);),
    }
}

/// The type of `name: type`.
pub(super) fn only_type(param: TokenStream) -> TokenStream {
    param.into_iter().skip(2).collect()
}
