//! The items that appear beside the user's function.
//!
//! Other functions reach a function's derivatives through a *key*: a type without values of its
//! own whose methods `jvp`, `pull` and `pull_jvp` they call. The key is found by a macro of the
//! function's name, so that whatever brings the function into scope (`use a::f as g`) brings its
//! derivatives along. In these methods every parameter is followed by an `Option` of its tangent
//! or adjoint, `None` where the caller has no derivative; where the callee has none, the `Option`
//! can hold nothing.

mod custom;
mod forward;
mod gradient;
mod hessian;
mod jacobian;
mod lifetimes;
mod params;
mod pullback;
mod rows;
mod second;
mod vjp;

use super::docs;
use super::stmt::Emit;
use crate::analysis::recursion::must_box;
use crate::args::{Args, Mode};
use crate::derive::{self, Forward, Purpose, Reverse};
use crate::ir::*;
use crate::lower::Lowered;
use crate::names;
use crate::signature::{
    Base, Function, Home, Param, Passing, Receiver, float, owned_tangent, tangent_type,
};
use lifetimes::{Held, held_lifetimes, held_type, lifetimes_of, with_lifetime};
use proc_macro2::{Ident, TokenStream, TokenTree};
use pullback::{add_cotangent, only_type};
use quote::{ToTokens, format_ident, quote};
use std::cell::OnceCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use syn::Type;

/// Everything that is emitted beside the function.
pub fn all(function: &Function, lowered: &Lowered, args: &Args) -> TokenStream {
    let writer = Writer::new(function, Some(lowered), args.mode);
    let key = writer.key();
    let public = writer.public();
    let rule = custom::items(&writer, &args.given);
    let twin = args
        .scalar
        .then(|| super::scalar::twin(function, Some(lowered)));
    let notes = args.explain.then(|| writer.explanation(lowered));
    quote!(#key #public #rule #twin #notes)
}

/// Only what other functions call.
pub fn key_alone(function: &Function, lowered: &Lowered) -> TokenStream {
    Writer::new(function, Some(lowered), None).key()
}

/// The same signatures without derivatives, for a function with errors.
pub fn stubs(function: &Function, scalar: bool) -> TokenStream {
    let writer = Writer::new(function, None, None);
    let (key, public) = (writer.key(), writer.public());
    let twin = scalar.then(|| super::scalar::twin(function, None));
    quote!(#key #public #twin)
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

#[derive(Clone)]
pub(super) struct Writer<'a> {
    pub f: &'a Function,
    pub lowered: Option<&'a Lowered>,
    mode: Option<Mode>,
    /// Whether the function is in a cycle of calls that its pullback has to break.
    recursive: bool,
    /// The numbers that adjoints are made of: floats, or lanes of them.
    adjoint: TokenStream,
    /// The sweeps that several siblings start from.
    gradient: Rc<OnceCell<Reverse>>,
    pullback: Rc<OnceCell<Reverse>>,
}

impl<'a> Writer<'a> {
    fn new(f: &'a Function, lowered: Option<&'a Lowered>, mode: Option<Mode>) -> Writer<'a> {
        let (gradient, pullback) = Default::default();
        let recursive =
            lowered.is_some_and(|lowered| must_box(&f.name().to_string(), &lowered.trace.body));
        Writer {
            f,
            lowered,
            mode,
            recursive,
            adjoint: f.base.tokens(),
            gradient,
            pullback,
        }
    }

    /// The same with adjoints over lanes.
    fn over_lanes(&self) -> Writer<'a> {
        Writer {
            adjoint: derive::lane(),
            ..self.clone()
        }
    }

    /// The generic parameter for lanes of adjoints, if they are lanes.
    fn adjoint_param(&self) -> TokenStream {
        let (adjoint, base) = (&self.adjoint, self.float());
        match self.has_lanes() {
            true => quote!(#adjoint: ::autodiff_runtime::private::Lane<#base>),
            false => quote!(),
        }
    }

    fn has_lanes(&self) -> bool {
        self.adjoint.to_string() == derive::lane().to_string()
    }

    fn reverse(&self, lowered: &Lowered, purpose: Purpose) -> &Reverse {
        let made = match purpose {
            Purpose::Gradient => &self.gradient,
            Purpose::Pullback => &self.pullback,
        };
        made.get_or_init(|| derive::reverse(self.f, lowered, purpose))
    }

    pub(super) fn float(&self) -> TokenStream {
        self.f.base.tokens()
    }

    pub(super) fn name(&self, suffix: &str) -> Ident {
        format_ident!("{}_{}", self.f.name(), suffix, span = self.f.name().span())
    }

    /// Another sibling, to call.
    pub(super) fn sibling(&self, suffix: &str) -> TokenStream {
        let name = self.name(suffix);
        match self.f.home {
            Home::Module => quote!(#name),
            Home::Type(_) => quote!(Self::#name),
        }
    }

    /// A method of the key that may fail, to call from outside of it.
    pub(super) fn attempted(&self, method: &str) -> TokenStream {
        self.unfailing(&self.attempt(method).to_string())
    }

    /// A method of the key that cannot fail, to call from outside of it.
    pub(super) fn unfailing(&self, method: &str) -> TokenStream {
        let method = format_ident!("{}", method);
        match self.f.home {
            Home::Module => {
                let key = self.key_name();
                quote!(#key.#method)
            }
            Home::Type(_) => self.within(&method),
        }
    }

    /// A method of the key, to call from another.
    pub(super) fn within(&self, method: &Ident) -> TokenStream {
        match self.f.home {
            Home::Module => quote!(self.#method),
            Home::Type(_) => {
                let hidden = names::hidden(self.f.name(), Some(&method.to_string()));
                quote!(Self::#hidden)
            }
        }
    }

    /// The head of a method of the key. Those of a method stand beside it and take its receiver.
    pub(super) fn head(
        &self,
        method: &Ident,
        generics: &TokenStream,
        params: &[TokenStream],
    ) -> TokenStream {
        match self.f.home {
            Home::Module => quote!(pub fn #method #generics(self, #(#params),*)),
            Home::Type(_) => {
                let hidden = names::hidden(self.f.name(), Some(&method.to_string()));
                let params = self.received(params, false);
                quote!(#[doc(hidden)] pub fn #hidden #generics(#(#params),*))
            }
        }
    }

    /// What a method starts with: its receiver under a name that can be bound.
    pub(super) fn enter(&self, public: bool) -> TokenStream {
        let this = match self.f.params.first() {
            Some(param) if param.is_receiver => &param.ident,
            _ => return quote!(),
        };
        match self.f.receiver {
            Some(Receiver::Value) if public => quote!(let #this = &self;),
            _ => quote!(let #this = self;),
        }
    }

    /// Whether users give the parameter by value although derivatives borrow it.
    pub(super) fn is_given_by_value(&self, param: &Param) -> bool {
        param.is_receiver && self.f.receiver == Some(Receiver::Value)
    }

    /// The parameters with a receiver in the place of `this: &Self`.
    pub(super) fn received(&self, params: &[TokenStream], public: bool) -> Vec<TokenStream> {
        let mut params = params.to_vec();
        if self.f.receiver.is_none() {
            return params;
        }
        let mut tokens = params[0].clone().into_iter().skip(2).peekable();
        let mut receiver = TokenStream::new();
        for token in tokens.by_ref() {
            let last = matches!(&token, TokenTree::Ident(ident) if ident == "Self");
            if last {
                break;
            }
            receiver.extend([token]);
        }
        let by_value = public && self.f.receiver == Some(Receiver::Value);
        let receiver = match by_value {
            true => quote!(self),
            false => quote!(#receiver self),
        };
        let rest = tokens;
        params[0] = quote!(#receiver #(#rest)*);
        params
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

    /// The output as the function returns it.
    pub(super) fn outcome(&self) -> TokenStream {
        self.f.wrapped(&self.output())
    }

    /// `ty`, which is there if the function succeeds.
    pub(super) fn if_there(&self, ty: TokenStream) -> TokenStream {
        match self.f.fallible {
            Some(_) => quote!(::core::option::Option<#ty>),
            None => ty,
        }
    }

    /// The end of a function that may have failed before.
    pub(super) fn success(&self, body: TokenStream) -> TokenStream {
        match self.f.fallible {
            Some(_) => quote!(::autodiff_runtime::private::succeed({ #body })),
            None => body,
        }
    }

    /// Hands on the failure of another sibling.
    pub(super) fn or_fail(&self) -> Option<TokenStream> {
        self.f.fallible.as_ref().map(|_| quote!(?))
    }

    /// The method of the key that fails as the function does; the one without the prefix, which
    /// callers use, always returns.
    pub(super) fn attempt(&self, method: &str) -> Ident {
        match self.f.fallible {
            Some(_) => format_ident!("attempt_{}", method),
            None => format_ident!("{}", method),
        }
    }

    /// The names of all parameters and their companions, as a method of the key has them.
    pub(super) fn paired_names(&self) -> TokenStream {
        let names = self.f.params.iter().map(|param| {
            let (ident, dot) = (&param.ident, &param.dot);
            quote!(#ident, #dot)
        });
        quote!(#(#names),*)
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
            rows: self.has_lanes(),
        }
    }

    /// `let mut x = x;` for parameters that the user declared `mut`.
    fn rebind(&self) -> TokenStream {
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

    /// The same for their tangents.
    fn rebind_dots(&self) -> TokenStream {
        self.f
            .active()
            .filter(|param| param.mut_binding)
            .map(|param| {
                let dot = &param.dot;
                quote!(let mut #dot = #dot;)
            })
            .collect()
    }

    /// The parameters of a method of the key: each with the `Option` of its companion.
    pub(super) fn key_params(&self, lane: &TokenStream) -> Vec<TokenStream> {
        let params = self.f.params.iter().map(|param| {
            let (ident, ty, dot) = (&param.ident, &param.ty, &param.dot);
            let companion = self.companion(param, lane);
            quote!(#ident: #ty, #dot: ::core::option::Option<#companion>)
        });
        params.collect()
    }

    /// All tangents, opened.
    fn open_tangents(&self, lane: &TokenStream) -> TokenStream {
        let params = self.f.params.iter();
        params.map(|param| self.open_tangent(param, lane)).collect()
    }

    /// Brings the hidden methods into scope, if any is called.
    pub(super) fn imports(&self) -> TokenStream {
        let mut found = false;
        if let Some(lowered) = self.lowered {
            lowered.trace.body.walk(&mut |stmt| {
                if let Stmt::Call(call) = stmt {
                    found |= matches!(call.callee, Callee::Method(_) | Callee::Associated(..));
                }
            });
        }
        match found {
            true => quote!(
                use ::autodiff_runtime::private::methods::*;
            ),
            false => quote!(),
        }
    }

    /// The body of a method that carries tangents, or nodes, along.
    pub(super) fn carried(&self, forward: &Forward, emit: &Emit<'_>) -> TokenStream {
        let opened = self.open_tangents(&emit.lane);
        let (rebind, dots) = (self.rebind(), self.rebind_dots());
        let block = emit.block(&forward.trace.body);
        let (pair, imports) = (self.pair(emit, forward.result_dot.as_ref()), self.imports());
        quote!(#imports #opened #rebind #dots #block #pair)
    }

    /// The key, its methods, and the macro that finds it.
    fn key(&self) -> TokenStream {
        if let Home::Type(_) = self.f.home {
            return self.hidden_methods();
        }
        let (vis, name, cfgs) = (&self.f.item.vis, self.f.name(), self.cfgs());
        let key = self.key_name();
        let hash = fresh_hash(self.f);
        let finder = format_ident!("__autodiff_{}_{:016x}", name, hash);
        let export = matches!(vis, syn::Visibility::Public(_)).then(|| quote!(#[macro_export]));
        let (jvp, pull, pull_jvp) = (self.key_jvp(), self.key_pull(), self.key_pull_jvp());
        let rows = self.key_rows();
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
            impl #key { #jvp #pull #pull_jvp #rows #trace }
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

    /// The methods of the key beside a method of the user's, and the way to them.
    fn hidden_methods(&self) -> TokenStream {
        let (jvp, pull, pull_jvp) = (self.key_jvp(), self.key_pull(), self.key_pull_jvp());
        let rows = self.key_rows();
        let trace = super::tracing::method(self);
        let accessor = self.f.receiver.map(|_| {
            let name = names::hidden(self.f.name(), None);
            let (and, attributes) = match self.f.params[0].passing {
                Passing::Mutable => (quote!(&mut), attributes()),
                _ => (quote!(&), attributes()),
            };
            quote! {
                #attributes
                #[doc(hidden)]
                pub fn #name(#and self) -> #and Self { self }
            }
        });
        quote!(#accessor #jvp #pull #pull_jvp #rows #trace)
    }

    /// What a pullback may hold on to of the generic parameters.
    pub(super) fn captured(&self, lifetimes: &[syn::Lifetime]) -> TokenStream {
        let mut outer = TokenStream::new();
        let mut inner = TokenStream::new();
        if let Home::Type(generics) = &self.f.home {
            for param in &generics.params {
                match param {
                    syn::GenericParam::Lifetime(param) => {
                        let lifetime = &param.lifetime;
                        outer.extend(quote!(#lifetime,));
                    }
                    syn::GenericParam::Type(param) => {
                        let ident = &param.ident;
                        inner.extend(quote!(#ident,));
                    }
                    syn::GenericParam::Const(param) => {
                        let ident = &param.ident;
                        inner.extend(quote!(#ident,));
                    }
                }
            }
        }
        let own = self.f.item.sig.generics.params.iter();
        let own = own.filter_map(|param| match param {
            syn::GenericParam::Type(param) => Some(&param.ident),
            syn::GenericParam::Const(param) => Some(&param.ident),
            syn::GenericParam::Lifetime(_) => None,
        });
        let lane = self.has_lanes().then_some(&self.adjoint);
        quote!(use<#outer #(#lifetimes,)* #inner #(#own,)* #lane>)
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
        float::owned(self.f.item.sig.generics.where_clause.clone()).to_token_stream()
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
    fn open_tangent(&self, param: &Param, lane: &TokenStream) -> TokenStream {
        if !param.active {
            return quote!();
        }
        let dot = &param.dot;
        let zero = zero_like(param, lane);
        self.open(dot, &self.companion(param, lane), param.passing, zero)
    }

    /// The result and its tangent, as the last expression.
    fn pair(&self, emit: &Emit<'_>, dot: Option<&Operand>) -> TokenStream {
        let lane = &emit.lane;
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

    fn result(&self, emit: &Emit<'_>) -> TokenStream {
        match (&emit.trace.result, &self.f.output) {
            (Some(result), Some(_)) => emit.operand(result),
            _ => quote!(()),
        }
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
        let generics = self.generics(quote!(), quote!());
        let clause = self.where_clause();
        let attributes = attributes();
        let (params, enter) = (self.received(params, true), self.enter(true));
        let body = match self.lowered {
            Some(_) => {
                let body = self.success(body);
                quote!(#enter #body)
            }
            None => quote!(::core::unreachable!()),
        };
        let output = match self.f.fallible {
            Some(_) => {
                let ty: TokenStream = output.into_iter().skip(2).collect();
                let ty = if ty.is_empty() { quote!(()) } else { ty };
                let ty = self.f.wrapped(&ty);
                quote!(-> #ty)
            }
            None => output,
        };
        quote! {
            #cfgs
            #[doc = #doc]
            #attributes
            #vis fn #name #generics(#(#params),*) #output #clause { #body }
        }
    }

    /// The argument once more, for a sibling that users call.
    fn handed(&self, param: &Param) -> TokenStream {
        let ident = &param.ident;
        match self.is_given_by_value(param) {
            true => quote!(::core::clone::Clone::clone(#ident)),
            false => self.again(param),
        }
    }

    /// The argument once more.
    fn again(&self, param: &Param) -> TokenStream {
        let ident = &param.ident;
        match param.passing {
            Passing::Value => quote!(::core::clone::Clone::clone(&#ident)),
            Passing::Shared => quote!(#ident),
            Passing::Mutable => quote!(&mut ::std::borrow::ToOwned::to_owned(&*#ident)),
        }
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

/// The parameter, to look at.
pub(super) fn borrowed(param: &Param) -> TokenStream {
    borrow(&param.ident, param.passing != Passing::Value)
}

/// The zero tangent of a parameter.
fn zero_like(param: &Param, lane: &TokenStream) -> TokenStream {
    let of = borrowed(param);
    quote!(::autodiff_runtime::private::zero_like::<#lane, _>(#of))
}

/// A tangent that the generated code owns, passed as the parameter is.
fn own_dot(param: &Param) -> TokenStream {
    let dot = &param.dot;
    match param.passing {
        Passing::Value => quote!(#dot),
        Passing::Shared => quote!(&#dot),
        Passing::Mutable => quote!(&mut #dot),
    }
}

/// The same for a method of the key.
pub(super) fn own_dot_given(param: &Param) -> TokenStream {
    match param.active {
        true => {
            let dot = own_dot(param);
            quote!(::core::option::Option::Some(#dot))
        }
        false => quote!(::core::option::Option::None),
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
