//! The items that appear beside the user's function.
//!
//! Other functions reach a function's derivatives through a *key*: a type without values of its
//! own whose methods `jvp`, `pull` and `pull_jvp` they call. The key is found by a macro of the
//! function's name, so that whatever brings the function into scope (`use a::f as g`) brings its
//! derivatives along. In these methods every parameter is followed by an `Option` of its tangent
//! or adjoint, `None` where the caller has no derivative; where the callee has none, the `Option`
//! can hold nothing.

use super::docs;
use super::stmt::Emit;
use crate::args::{Args, Mode};
use crate::derive::{self, Purpose};
use crate::ir::*;
use crate::lower::Lowered;
use crate::signature::{Function, Param, Passing, owned_tangent, tangent_type};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use syn::Type;

/// Everything that is emitted beside the function.
pub fn all(function: &Function, lowered: &Lowered, args: &Args) -> TokenStream {
    let writer = Writer {
        f: function,
        lowered: Some(lowered),
        mode: args.mode,
    };
    let key = writer.key();
    let public = writer.public();
    let twin = args.scalar.then(|| super::scalar::twin(function, lowered));
    quote!(#key #public #twin)
}

/// The same signatures without derivatives, for a function with errors.
pub fn stubs(function: &Function) -> TokenStream {
    let writer = Writer {
        f: function,
        lowered: None,
        mode: None,
    };
    let (key, public) = (writer.key(), writer.public());
    quote!(#key #public)
}

/// What every emitted function carries.
pub fn attributes() -> TokenStream {
    quote! {
        #[inline]
        #[allow(
            warnings,
            unused,
            nonstandard_style,
            missing_docs,
            unreachable_pub,
            trivial_casts,
            trivial_numeric_casts,
            unused_qualifications,
            unused_results,
            unused_lifetimes,
            single_use_lifetimes,
            elided_lifetimes_in_paths,
            let_underscore_drop,
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            clippy::restriction,
            clippy::cargo,
        )]
    }
}

pub(super) struct Writer<'a> {
    pub f: &'a Function,
    pub lowered: Option<&'a Lowered>,
    mode: Option<Mode>,
}

impl Writer<'_> {
    pub(super) fn float(&self) -> TokenStream {
        self.f.base.tokens()
    }

    pub(super) fn name(&self, suffix: &str) -> Ident {
        format_ident!("{}_{}", self.f.name(), suffix, span = self.f.name().span())
    }

    pub(super) fn key_name(&self) -> Ident {
        format_ident!("__autodiff_{}", self.f.name())
    }

    pub(super) fn output(&self) -> TokenStream {
        self.f
            .output
            .as_ref()
            .map_or(quote!(()), |ty| ty.to_token_stream())
    }

    /// The type of the tangent of the output over `lane`.
    pub(super) fn output_tangent(&self, lane: &TokenStream) -> TokenStream {
        self.f
            .output
            .as_ref()
            .map_or(quote!(()), |ty| tangent_type(ty, lane).to_token_stream())
    }

    fn cfgs(&self) -> TokenStream {
        let cfgs = self
            .f
            .item
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"));
        quote!(#(#cfgs)*)
    }

    fn emit<'t>(&self, trace: &'t Trace, lane: TokenStream) -> Emit<'t> {
        Emit {
            trace,
            base: self.f.base,
            lane,
            tracing: false,
        }
    }

    /// `let mut x = x;` for parameters that the user declared `mut`.
    pub(super) fn rebind(&self) -> TokenStream {
        self.f
            .params
            .iter()
            .filter(|param| param.mut_binding)
            .map(|param| {
                let ident = &param.ident;
                quote!(let mut #ident = #ident;)
            })
            .collect()
    }

    /// The key, its methods, and the macro that finds it.
    fn key(&self) -> TokenStream {
        let (vis, name, cfgs) = (&self.f.item.vis, self.f.name(), self.cfgs());
        let key = self.key_name();
        let hash = fresh_hash(self.f);
        let finder = format_ident!("__autodiff_{}_{:016x}", name, hash);
        let export = matches!(vis, syn::Visibility::Public(_)).then(|| quote!(#[macro_export]));
        let (jvp, pull, pull_jvp) = (self.key_jvp(), self.key_pull(), self.key_pull_jvp());
        let trace = super::tracing::method(self);
        quote! {
            #cfgs
            #[doc(hidden)]
            #[allow(
                nonstandard_style,
                dead_code,
                unreachable_pub,
                missing_docs,
                missing_debug_implementations,
                missing_copy_implementations,
            )]
            #vis struct #key;
            #cfgs
            #[doc(hidden)]
            #[automatically_derived]
            impl #key { #jvp #pull #pull_jvp #trace }
            #cfgs
            #[automatically_derived]
            impl ::autodiff_runtime::private::Found<#key>
                for ::autodiff_runtime::private::Key<#hash>
            {
                fn found() -> #key { #key }
            }
            #cfgs
            #[doc(hidden)]
            #export
            #[allow(unused_macros)]
            macro_rules! #finder {
                () => { ::autodiff_runtime::private::find::<#hash, _>() };
            }
            #cfgs
            #[doc(hidden)]
            #[allow(unused_imports)]
            #vis use #finder as #name;
        }
    }

    /// The user's generic parameters, with more in front of and behind them.
    pub(super) fn generics(&self, before: TokenStream, after: TokenStream) -> TokenStream {
        let (lifetimes, others): (Vec<_>, Vec<_>) = self
            .f
            .item
            .sig
            .generics
            .params
            .iter()
            .partition(|param| matches!(param, syn::GenericParam::Lifetime(_)));
        quote!(<#before #(#lifetimes,)* #(#others,)* #after>)
    }

    pub(super) fn where_clause(&self) -> TokenStream {
        self.f.item.sig.generics.where_clause.to_token_stream()
    }

    /// The type of the tangent or adjoint that goes with a parameter, as the caller holds it.
    pub(super) fn companion(&self, param: &Param, lane: &TokenStream) -> TokenStream {
        if !param.active {
            return quote!(::autodiff_runtime::private::HeldConstant);
        }
        let inner = tangent_type(param.referent(), lane);
        match param.passing {
            Passing::Value => quote!(#inner),
            Passing::Shared => quote!(&#inner),
            Passing::Mutable => quote!(&mut #inner),
        }
    }

    /// The `Option` of a tangent, opened; a missing one is zero.
    pub(super) fn open_tangent(&self, param: &Param, lane: &TokenStream) -> TokenStream {
        if !param.active {
            return quote!();
        }
        let (ident, dot) = (&param.ident, &param.dot);
        self.open(dot, &self.companion(param, lane), param.passing, {
            let of = match param.passing {
                Passing::Value => quote!(&#ident),
                _ => quote!(&*#ident),
            };
            quote!(::autodiff_runtime::private::zero_like::<#lane, _>(#of))
        })
    }

    fn open(
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

    fn key_jvp(&self) -> TokenStream {
        let (lane, base) = (derive::lane(), self.float());
        let params = self.f.params.iter().map(|param| {
            let (ident, ty, dot) = (&param.ident, &param.ty, &param.dot);
            let companion = self.companion(param, &lane);
            quote!(#ident: #ty, #dot: ::core::option::Option<#companion>)
        });
        let opened = self
            .f
            .params
            .iter()
            .map(|param| self.open_tangent(param, &lane));
        let generics = self.generics(
            quote!(),
            quote!(#lane: ::autodiff_runtime::private::Lane<#base>),
        );
        let (output, output_dot) = (self.output(), self.output_tangent(&lane));
        let (clause, attributes, rebind) = (self.where_clause(), attributes(), self.rebind());
        let body = match self.lowered {
            None => quote!(::core::unreachable!()),
            Some(lowered) => {
                let forward = derive::forward(self.f, lowered);
                let emit = self.emit(&forward.trace, lane.clone());
                let block = emit.block(&forward.trace.body);
                let pair = self.pair(&emit, forward.result_dot.as_ref(), &lane);
                let dots = self.f.active().filter(|p| p.mut_binding).map(|param| {
                    let dot = &param.dot;
                    quote!(let mut #dot = #dot;)
                });
                quote!(#(#opened)* #rebind #(#dots)* #block #pair)
            }
        };
        quote! {
            #attributes
            pub fn jvp #generics(self, #(#params),*) -> (#output, #output_dot) #clause { #body }
        }
    }

    /// The result and its tangent, as the last expression.
    pub(super) fn pair(
        &self,
        emit: &Emit<'_>,
        dot: Option<&Operand>,
        lane: &TokenStream,
    ) -> TokenStream {
        let Some(result) = &emit.trace.result else {
            return quote!(((), ()));
        };
        if self.f.output.is_none() {
            return quote!(((), ()));
        }
        let value = emit.operand(result);
        match dot {
            Some(dot) => {
                let dot = emit.operand(dot);
                quote!((#value, #dot))
            }
            None => quote! {{
                let __value = #value;
                let __zero = ::autodiff_runtime::private::zero_like::<#lane, _>(&__value);
                (__value, __zero)
            }},
        }
    }

    fn key_pull(&self) -> TokenStream {
        let base = self.float();
        let held = held_lifetimes(self.f);
        let params = self.f.params.iter().map(|param| self.pull_param(param));
        let before = held
            .new
            .as_ref()
            .map_or(quote!(), |lifetime| quote!(#lifetime,));
        let generics = self.generics(before, quote!());
        let (output, seed) = (self.output(), self.output_tangent(&base));
        let inputs = self.f.params.iter().flat_map(|param| {
            let mut types = Vec::new();
            if param.passing == Passing::Shared {
                types.push(param.ty.to_token_stream());
            }
            if param.passing != Passing::Value {
                let shadow = self.shadow(param);
                types.push(quote!(::core::option::Option<#shadow>));
            }
            types
        });
        let returned = self.cotangent_types();
        let call = quote!((#seed, #(#inputs),*) -> (#(#returned,)*));
        let pullback = self.pullback_type(&call, &held);
        let (clause, attributes) = (self.where_clause(), attributes());
        let body = self.pull_body();
        quote! {
            #attributes
            pub fn pull #generics(self, #(#params),*) -> (#output, #pullback) #clause { #body }
        }
    }

    /// A pullback is a closure; that of a function that calls itself has to be boxed.
    fn pullback_type(&self, call: &TokenStream, held: &Held) -> TokenStream {
        let lifetimes = &held.all;
        if self.is_recursive() {
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

    fn is_recursive(&self) -> bool {
        let mut recursive = false;
        if let Some(lowered) = self.lowered {
            lowered.trace.body.walk(&mut |stmt| {
                recursive |= matches!(stmt, Stmt::Call(call) if call.recursive);
            });
        }
        recursive
    }

    fn boxed(&self, closure: TokenStream) -> TokenStream {
        if self.is_recursive() {
            quote!(::std::boxed::Box::new(#closure))
        } else {
            closure
        }
    }

    fn pull_param(&self, param: &Param) -> TokenStream {
        let (ident, ty) = (&param.ident, held_type(param));
        quote!(#ident: #ty)
    }

    /// The type of the adjoint that a pullback adds to.
    fn shadow(&self, param: &Param) -> TokenStream {
        if !param.active {
            return quote!(::autodiff_runtime::private::HeldConstant);
        }
        let inner = tangent_type(param.referent(), &self.float());
        quote!(&mut #inner)
    }

    /// What a pullback returns: one entry for each parameter, `()` where there is no cotangent.
    fn cotangent_types(&self) -> Vec<TokenStream> {
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

    /// The parameters of the closure: the seed, then shared references again, and shadows.
    fn closure_params(&self, seed: &Ident, second: bool) -> Vec<TokenStream> {
        let (float, seed_ty) = (self.float(), self.output_tangent(&self.float()));
        let mut params = vec![quote!(#seed: #seed_ty)];
        if second {
            let dot = format_ident!("{}_dot", seed);
            params.push(quote!(#dot: #seed_ty));
        }
        for param in &self.f.params {
            let (ident, ty, dot, bar) = (&param.ident, &param.ty, &param.dot, &param.bar);
            if param.passing == Passing::Value {
                continue;
            }
            if param.passing == Passing::Shared {
                params.push(quote!(#ident: #ty));
                if second {
                    let companion = self.companion(param, &float);
                    params.push(quote!(#dot: ::core::option::Option<#companion>));
                }
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
    fn open_shadows(&self, second: bool) -> TokenStream {
        let float = self.float();
        let mut tokens = TokenStream::new();
        for param in self
            .f
            .active()
            .filter(|param| param.passing != Passing::Value)
        {
            let (ident, bar, shadow) = (&param.ident, &param.bar, self.shadow(param));
            let outline = format_ident!("__outline_{}", param.ident);
            let zero = |take: TokenStream| match param.passing {
                Passing::Shared => {
                    quote!(::autodiff_runtime::private::zero_like::<#float, _>(&*#ident))
                }
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
    fn outlines(&self) -> TokenStream {
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

    fn pull_body(&self) -> TokenStream {
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), false);
            let types = self.cotangent_types();
            return quote! {
                (::core::unreachable!(), move |#(#params),*| -> (#(#types,)*) {
                    ::core::unreachable!()
                })
            };
        };
        let reverse = derive::reverse(self.f, lowered, Purpose::Pullback);
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

    fn result(&self, emit: &Emit<'_>) -> TokenStream {
        match (&emit.trace.result, &self.f.output) {
            (Some(result), Some(_)) => emit.operand(result),
            _ => quote!(()),
        }
    }

    /// One expression for each parameter.
    fn cotangents(&self, emit: &Emit<'_>, cotangents: &[Option<Operand>]) -> Vec<TokenStream> {
        cotangents
            .iter()
            .map(|cotangent| match cotangent {
                Some(operand) => emit.operand(operand),
                None => quote!(()),
            })
            .collect()
    }

    fn key_pull_jvp(&self) -> TokenStream {
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
        let returned = self.cotangent_types();
        let call = quote!((#(#types),*) -> ((#(#returned,)*), (#(#returned,)*)));
        let pullback = self.pullback_type(&call, &held);
        let (clause, attributes) = (self.where_clause(), attributes());
        let body = self.pull_jvp_body();
        quote! {
            #attributes
            pub fn pull_jvp #generics(self, #(#params),*) -> (#output, #tangent, #pullback) #clause {
                #body
            }
        }
    }

    fn pull_jvp_body(&self) -> TokenStream {
        let float = self.float();
        let types = self.cotangent_types();
        let returned = quote!(((#(#types,)*), (#(#types,)*)));
        let Some(lowered) = self.lowered else {
            let params = self.closure_params(&format_ident!("seed"), true);
            return quote! {
                (::core::unreachable!(), ::core::unreachable!(), move |#(#params),*| -> #returned {
                    ::core::unreachable!()
                })
            };
        };
        let second = derive::second(self.f, lowered, Purpose::Pullback);
        let emit = self.emit(&second.trace, float.clone());
        let seed = second.reverse.seed.expect("a pullback has a seed");
        let seed_ident = second.trace.var(seed).ident.clone();
        let (forward, backward) = (emit.block(&second.forward), emit.block(&second.backward));
        let cotangents = self.cotangents(&emit, &second.reverse.cotangents);
        let dots = self.cotangent_dots(&emit, &second);
        let params = self.closure_params(&seed_ident, true);
        let opened = self
            .f
            .params
            .iter()
            .map(|param| self.open_tangent(param, &float));
        let (open, outlines, rebind) = (self.open_shadows(true), self.outlines(), self.rebind());
        let mutable = self.f.active().filter(|p| p.mut_binding).map(|param| {
            let dot = &param.dot;
            quote!(let mut #dot = #dot;)
        });
        let closure = self.boxed(quote! {
            move |#(#params),*| -> #returned {
                #open #backward ((#(#cotangents,)*), (#(#dots,)*))
            }
        });
        let result = second.trace.result.clone();
        let dot = result
            .as_ref()
            .and_then(Operand::var)
            .and_then(|var| second.dots.get(&var))
            .map(|dot| Operand::Var(*dot));
        let pair = self.pair(&emit, dot.as_ref(), &float);
        quote! {
            #outlines #(#opened)* #rebind #(#mutable)* #forward
            let (__value, __tangent) = #pair;
            (__value, __tangent, #closure)
        }
    }

    fn cotangent_dots(&self, emit: &Emit<'_>, second: &derive::Second) -> Vec<TokenStream> {
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

    /// The functions for users.
    fn public(&self) -> TokenStream {
        let mut tokens = self.public_jvp();
        tokens.extend(self.public_vjp());
        if self.f.is_scalar_valued() {
            tokens.extend(self.public_grad_into());
            tokens.extend(self.public_grad());
            tokens.extend(self.public_hvp());
            tokens.extend(self.public_hessian());
        } else {
            tokens.extend(self.public_jacobian());
        }
        tokens.extend(super::tracing::public(self));
        tokens
    }

    /// One function for users: docs, name, parameters, output, body.
    pub(super) fn item(
        &self,
        suffix: &str,
        doc: &str,
        params: &[TokenStream],
        output: TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let (vis, name, cfgs) = (&self.f.item.vis, self.name(suffix), self.cfgs());
        let (generics, clause) = (self.generics(quote!(), quote!()), self.where_clause());
        let attributes = attributes();
        quote! {
            #cfgs
            #[doc = #doc]
            #attributes
            #vis fn #name #generics(#(#params),*) #output #clause { #body }
        }
    }

    /// The panic of a shadow or tangent of the wrong length comes first.
    fn checks(&self, names: impl Fn(&Param) -> &Ident, what: &str) -> TokenStream {
        self.f
            .active()
            .map(|param| self.check(param, names(param), what))
            .collect()
    }

    fn check(&self, param: &Param, companion: &Ident, what: &str) -> TokenStream {
        fn has_length(ty: &Ty) -> bool {
            match ty {
                Ty::Vec(_) | Ty::Slice(_) => true,
                Ty::Array(inner, _) | Ty::Ref(inner, _) => has_length(inner),
                Ty::Tuple(parts) => parts.iter().any(has_length),
                _ => false,
            }
        }
        if !has_length(&param.shape) {
            return quote!();
        }
        let (ident, name) = (&param.ident, param.ident.to_string());
        let value = borrow(ident, param.passing != Passing::Value);
        let by_value = what == "tangent" && param.passing == Passing::Value;
        let companion = borrow(companion, !by_value);
        quote!(::autodiff_runtime::private::check_shape(#name, #what, #value, #companion);)
    }

    /// The arguments as the user gave them.
    fn plain_params(&self) -> Vec<TokenStream> {
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
    fn params_with(&self, companion: impl Fn(&Param) -> TokenStream) -> Vec<TokenStream> {
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

    fn tangent_params(&self) -> Vec<TokenStream> {
        let float = self.float();
        self.params_with(|param| {
            let (dot, ty) = (&param.dot, self.companion(param, &float));
            quote!(#dot: #ty)
        })
    }

    fn public_jvp(&self) -> TokenStream {
        let key = self.key_name();
        let args = self.f.params.iter().map(|param| {
            let (ident, dot) = (&param.ident, &param.dot);
            match param.active {
                true => quote!(#ident, ::core::option::Option::Some(#dot)),
                false => quote!(#ident, ::core::option::Option::None),
            }
        });
        let checks = self.checks(|param| &param.dot, "tangent");
        let call = quote!(#key.jvp(#(#args),*));
        let (output, tangent) = (self.output(), self.output_tangent(&self.float()));
        let (output, body) = match self.f.output {
            Some(_) => (quote!(-> (#output, #tangent)), quote!(#checks #call)),
            None => (quote!(), quote!(#checks #call;)),
        };
        self.item(
            "jvp",
            &docs::jvp(self.f),
            &self.tangent_params(),
            output,
            body,
        )
    }

    fn public_vjp(&self) -> TokenStream {
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
        let mut checks = TokenStream::new();
        for param in &self.f.params {
            let (ident, bar) = (&param.ident, &param.bar);
            if param.passing == Passing::Value {
                continue;
            }
            if param.passing == Passing::Shared {
                args.push(quote!(#ident));
            }
            if !param.active {
                args.push(quote!(::core::option::Option::None));
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
        let wanted: Vec<_> = self
            .f
            .params
            .iter()
            .enumerate()
            .filter(|(_, param)| param.active && param.passing == Passing::Value)
            .collect();
        let wanted_types = wanted
            .iter()
            .map(|(_, p)| tangent_type(&p.ty, &float).to_token_stream());
        let returned = bare(wanted_types.collect());
        let fields = wanted.iter().map(|(k, _)| {
            let k = proc_macro2::Literal::usize_unsuffixed(*k);
            quote!(__cotangents.#k)
        });
        let fields = bare(fields.collect());
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
        let body = quote! {
            #outlines
            let (__value, __pullback) = #key.pull(#(#names),*);
            (__value, move |#(#closure_params),*| -> #returned {
                #checks
                let __cotangents = __pullback(#(#args),*);
                #fields
            })
        };
        let (vis, name, cfgs) = (&self.f.item.vis, self.name("vjp"), self.cfgs());
        let before = held
            .new
            .as_ref()
            .map_or(quote!(), |lifetime| quote!(#lifetime,));
        let (generics, clause) = (self.generics(before, quote!()), self.where_clause());
        let (attributes, doc) = (attributes(), docs::vjp(self.f));
        quote! {
            #cfgs
            #[doc = #doc]
            #attributes
            #vis fn #name #generics(#(#params),*) -> (#output, #pullback) #clause { #body }
        }
    }

    /// Whether the gradient is computed by a forward sweep.
    fn is_forward(&self) -> bool {
        self.mode == Some(Mode::Forward)
    }

    fn public_grad_into(&self) -> TokenStream {
        let float = self.float();
        let params = self.params_with(|param| {
            let (bar, ty) = (&param.bar, tangent_type(param.referent(), &float));
            quote!(#bar: &mut #ty)
        });
        let checks = self.checks(|param| &param.bar, "adjoint");
        let output = self.output();
        let body = match self.lowered {
            None => quote!(::core::unreachable!()),
            Some(_) if self.is_forward() => self.forward_gradient(),
            Some(lowered) => self.reverse_gradient(lowered),
        };
        self.item(
            "grad_into",
            &docs::grad_into(self.f),
            &params,
            quote!(-> #output),
            quote!(#checks #body),
        )
    }

    fn reverse_gradient(&self, lowered: &Lowered) -> TokenStream {
        let reverse = derive::reverse(self.f, lowered, Purpose::Gradient);
        let emit = self.emit(&reverse.trace, self.float());
        let (forward, backward) = (emit.block(&reverse.forward), emit.block(&reverse.backward));
        let adds = self
            .f
            .params
            .iter()
            .zip(&reverse.cotangents)
            .map(|(param, cotangent)| {
                let bar = &param.bar;
                match cotangent {
                    Some(Operand::Lit(0.0, _)) | None => quote!(),
                    Some(operand) if matches!(param.shape, Ty::Real) => {
                        let operand = emit.operand(operand);
                        quote!(*#bar += #operand;)
                    }
                    Some(operand) => {
                        let operand = emit.operand(operand);
                        quote!(::autodiff_runtime::private::accumulate(#bar, &#operand);)
                    }
                }
            });
        let (result, rebind) = (self.result(&emit), self.rebind());
        quote!(#rebind #forward #backward #(#adds)* #result)
    }

    /// Tangents of all inputs, some at a time, through the forward mode.
    fn forward_gradient(&self) -> TokenStream {
        let (key, float) = (self.key_name(), self.float());
        let lanes = quote!(::autodiff_runtime::private::Lanes<#float, 8>);
        let seeds = self.seeds(&lanes);
        let args = self.seeded_args();
        let collect = self.f.active().map(|param| {
            let bar = &param.bar;
            quote!(::autodiff_runtime::private::scatter(&mut *#bar, &mut __at, __block, &__dot);)
        });
        let total = self.input_count();
        let result = quote!(__value);
        quote! {
            let __total = #total;
            let mut __block = 0_usize;
            loop {
                #seeds
                let (__value, __dot) = #key.jvp(#args);
                let mut __at = 0_usize;
                #(#collect)*
                __block += 8;
                if __block >= __total { break #result; }
            }
        }
    }

    /// The number of active numbers that come in.
    fn input_count(&self) -> TokenStream {
        let counts = self.f.active().map(|param| {
            let ident = &param.ident;
            quote!(::autodiff_runtime::private::count(&#ident))
        });
        quote!(0_usize #(+ #counts)*)
    }

    /// Unit tangents for the inputs from `__block` on, one a lane.
    fn seeds(&self, lane: &TokenStream) -> TokenStream {
        let seeds = self.f.active().map(|param| {
            let (ident, dot) = (&param.ident, &param.dot);
            let of = match param.passing {
                Passing::Value => quote!(&#ident),
                _ => quote!(&*#ident),
            };
            quote! {
                let mut #dot = ::autodiff_runtime::private::zero_like::<#lane, _>(#of);
                ::autodiff_runtime::private::seed(&mut #dot, &mut __at, __block);
            }
        });
        quote!(let mut __at = 0_usize; #(#seeds)*)
    }

    /// The arguments for one of several evaluations: what is passed by value or changed is copied.
    fn seeded_args(&self) -> TokenStream {
        let args = self.f.params.iter().map(|param| {
            let value = self.again(param);
            let dot = &param.dot;
            match (param.active, param.passing) {
                (false, _) => quote!(#value, ::core::option::Option::None),
                (true, Passing::Value) => quote!(#value, ::core::option::Option::Some(#dot)),
                (true, Passing::Shared) => quote!(#value, ::core::option::Option::Some(&#dot)),
                (true, Passing::Mutable) => {
                    quote!(#value, ::core::option::Option::Some(&mut #dot))
                }
            }
        });
        quote!(#(#args),*)
    }

    /// The argument once more.
    pub(super) fn again(&self, param: &Param) -> TokenStream {
        let ident = &param.ident;
        match param.passing {
            Passing::Value => quote!(::core::clone::Clone::clone(&#ident)),
            Passing::Shared => quote!(#ident),
            Passing::Mutable => quote!(&mut ::std::borrow::ToOwned::to_owned(&*#ident)),
        }
    }

    fn gradient_type(&self) -> TokenStream {
        let float = self.float();
        let types = self
            .f
            .active()
            .map(|param| owned_tangent(&param.ty, &float).to_token_stream());
        bare(types.collect())
    }

    fn public_grad(&self) -> TokenStream {
        let (float, into) = (self.float(), self.name("grad_into"));
        let zeros = self.f.active().map(|param| {
            let (ident, bar) = (&param.ident, &param.bar);
            let of = match param.passing {
                Passing::Value => quote!(&#ident),
                _ => quote!(&*#ident),
            };
            quote!(let mut #bar = ::autodiff_runtime::private::zero_like::<#float, _>(#of);)
        });
        let zeros: TokenStream = zeros.collect();
        let args = self.f.params.iter().map(|param| {
            let (ident, bar) = (&param.ident, &param.bar);
            if param.active {
                quote!(#ident, &mut #bar)
            } else {
                quote!(#ident)
            }
        });
        let call = quote!(#into(#(#args),*));
        let gradient = bare(
            self.f
                .active()
                .map(|param| param.bar.to_token_stream())
                .collect(),
        );
        let (ty, output) = (self.gradient_type(), self.output());
        let params = self.plain_params();
        let mut tokens = self.item(
            "grad",
            &docs::grad(self.f, self.lowered),
            &params,
            quote!(-> #ty),
            quote!(#zeros #call; #gradient),
        );
        tokens.extend(self.item(
            "value_and_grad",
            &docs::value_and_grad(self.f),
            &params,
            quote!(-> (#output, #ty)),
            quote!(#zeros let __value = #call; (__value, #gradient)),
        ));
        tokens
    }

    fn public_hvp(&self) -> TokenStream {
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

    fn hvp_body(&self, lowered: &Lowered) -> TokenStream {
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

    fn public_hessian(&self) -> TokenStream {
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

    fn public_jacobian(&self) -> TokenStream {
        let (key, float) = (self.key_name(), self.float());
        let into = self.name("jacobian_into");
        let lanes = quote!(::autodiff_runtime::private::Lanes<#float, 8>);
        let seeds = self.seeds(&lanes);
        let args = self.seeded_args();
        let total = self.input_count();
        // What comes out: the final values of `&mut` parameters if nothing is returned.
        let tangents: Vec<TokenStream> = match self.f.output_shape.may_be_active() {
            true => vec![quote!(__dot)],
            false => self
                .f
                .active()
                .filter(|param| param.passing == Passing::Mutable)
                .map(|param| param.dot.to_token_stream())
                .collect(),
        };
        let sweep = quote! {
            let __total = #total;
            let mut __block = 0_usize;
            loop {
                #seeds
                let (__value, __dot) = #key.jvp(#args);
                let mut __row = 0_usize;
                #(::autodiff_runtime::private::store_rows(
                    &#tangents, &mut __row, __block, __total, &mut *jacobian,
                );)*
                ::autodiff_runtime::private::check_jacobian(jacobian.len(), __row, __total);
                __block += 8;
                if __block >= __total { break; }
            }
        };
        let mut params = self.plain_params();
        let names: Vec<_> = self
            .f
            .params
            .iter()
            .map(|param| match param.passing {
                Passing::Shared => param.ident.to_token_stream(),
                _ => self.again(param),
            })
            .collect();
        // A first evaluation tells how many rows there are.
        let rows = {
            let first = self.seeded_args();
            let zero_seeds = self.seeds(&float);
            quote! {{
                let __block = usize::MAX;
                #zero_seeds
                let (__value, __dot) = #key.jvp(#first);
                0_usize #(+ ::autodiff_runtime::private::count(&#tangents))*
            }}
        };
        let body = quote! {
            let __columns = #total;
            let __rows = #rows;
            let mut __entries = ::std::vec![0.0; __rows * __columns];
            #into(#(#names,)* &mut __entries);
            ::autodiff_runtime::nalgebra::DMatrix::from_row_slice(__rows, __columns, &__entries)
        };
        let output = quote!(-> ::autodiff_runtime::nalgebra::DMatrix<#float>);
        let (sweep, body) = match self.lowered {
            Some(_) => (sweep, body),
            None => (
                quote!(::core::unreachable!()),
                quote!(::core::unreachable!()),
            ),
        };
        let mut tokens = self.item("jacobian", &docs::jacobian(self.f), &params, output, body);
        params.push(quote!(jacobian: &mut [#float]));
        let doc = docs::jacobian_into(self.f);
        tokens.extend(self.item("jacobian_into", &doc, &params, quote!(), sweep));
        tokens
    }
}

/// `&x`, or `&*x` for a reference.
fn borrow(ident: &Ident, is_reference: bool) -> TokenStream {
    if is_reference {
        quote!(&*#ident)
    } else {
        quote!(&#ident)
    }
}

/// A tuple, or its only entry, or `()`.
fn bare(mut parts: Vec<TokenStream>) -> TokenStream {
    match parts.len() {
        0 => quote!(()),
        1 => parts.remove(0),
        _ => quote!((#(#parts),*)),
    }
}

/// The type of `name: type`.
fn only_type(param: TokenStream) -> TokenStream {
    param.into_iter().skip(2).collect()
}

/// The lifetimes that a pullback holds on to.
struct Held {
    /// One that the emitted function has to declare.
    new: Option<syn::Lifetime>,
    all: Vec<syn::Lifetime>,
}

fn the_lifetime() -> syn::Lifetime {
    syn::Lifetime::new("'__held", proc_macro2::Span::call_site())
}

/// A pullback holds on to constant references; active ones it is given again.
fn held_lifetimes(function: &Function) -> Held {
    lifetimes_of(function, |param| {
        !param.active && param.passing == Passing::Shared
    })
}

/// The pullback for users holds on to every shared reference.
fn vjp_lifetimes(function: &Function) -> Held {
    lifetimes_of(function, |param| param.passing == Passing::Shared)
}

fn lifetimes_of(function: &Function, holds: impl Fn(&Param) -> bool) -> Held {
    let mut all: Vec<syn::Lifetime> = Vec::new();
    let mut elided = false;
    for param in function.params.iter().filter(|param| holds(param)) {
        if let Type::Reference(reference) = &param.ty {
            match &reference.lifetime {
                Some(lifetime) if lifetime.ident != "static" => all.push(lifetime.clone()),
                Some(_) => {}
                None => elided = true,
            }
        }
    }
    all.sort();
    all.dedup();
    let new = elided.then(the_lifetime);
    all.extend(new.clone());
    Held { new, all }
}

fn with_lifetime(ty: &Type) -> TokenStream {
    match ty {
        Type::Reference(reference) if reference.lifetime.is_none() => {
            let mut reference = reference.clone();
            reference.lifetime = Some(the_lifetime());
            reference.to_token_stream()
        }
        other => other.to_token_stream(),
    }
}

/// The type of a parameter of `pull`: constant references outlive the pullback.
fn held_type(param: &Param) -> TokenStream {
    if !param.active && param.passing == Passing::Shared {
        with_lifetime(&param.ty)
    } else {
        param.ty.to_token_stream()
    }
}

fn held_shared_type(param: &Param) -> TokenStream {
    if param.passing == Passing::Shared {
        with_lifetime(&param.ty)
    } else {
        param.ty.to_token_stream()
    }
}

/// A number that no other function has.
fn fresh_hash(function: &Function) -> u64 {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut hasher = std::hash::DefaultHasher::new();
    for variable in ["CARGO_PKG_NAME", "CARGO_PKG_VERSION", "CARGO_CRATE_NAME"] {
        std::env::var(variable)
            .unwrap_or_default()
            .hash(&mut hasher);
    }
    COUNTER.fetch_add(1, Ordering::Relaxed).hash(&mut hasher);
    function
        .item
        .to_token_stream()
        .to_string()
        .hash(&mut hasher);
    hasher.finish()
}
