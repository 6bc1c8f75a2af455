//! Calls of other differentiated functions, in each of their forms.

use super::*;

impl Emit<'_> {
    pub(super) fn call(&self, call: &Call) -> TokenStream {
        let result = &self.trace.var(call.result).ident;
        match &call.form {
            CallForm::Plain | CallForm::Forward { .. } => {
                let mut args = Vec::new();
                for (k, arg) in call.args.iter().enumerate() {
                    args.push(self.arg(arg));
                    if let Some(dots) = &call.dots {
                        args.push(self.optional(dots.args[k].as_ref(), arg));
                    }
                }
                self.forward_call(call, result, &args)
            }
            CallForm::Backward {
                pullback,
                seed,
                shadows,
            } => {
                let args = self.backward_args(call, seed.as_ref(), shadows);
                let pullback = &self.trace.var(*pullback).ident;
                quote!(#pullback(#(#args),*);)
            }
        }
    }

    pub(super) fn forward_call(
        &self,
        call: &Call,
        result: &proc_macro2::Ident,
        args: &[TokenStream],
    ) -> TokenStream {
        let (path, span) = (&call.path, call.span);
        let key = call.finder.clone().unwrap_or_else(|| quote!(#path!()));
        let with = |extra: Option<TokenStream>| match (&call.turbofish, extra) {
            (None, _) => quote!(),
            (Some(fish), None) => quote!(::<#fish>),
            (Some(fish), Some(extra)) => quote!(::<#fish, #extra>),
        };
        let dot = call
            .dots
            .as_ref()
            .and_then(|dots| dots.result)
            .map(|dot| &self.trace.var(dot).ident);
        match (&call.form, dot) {
            (CallForm::Forward { pullback }, None) => {
                let (pullback, fish) = (&self.trace.var(*pullback).ident, with(None));
                quote_spanned!(span=> let (#result, #pullback) = #key.pull #fish(#(#args),*);)
            }
            (CallForm::Forward { pullback }, Some(dot)) => {
                let (pullback, fish) = (&self.trace.var(*pullback).ident, with(None));
                quote_spanned!(span=>
                    let (#result, #dot, #pullback) = #key.pull_jvp #fish(#(#args),*);)
            }
            (_, Some(dot)) if self.tracing => {
                let fish = with(None);
                quote_spanned!(span=>
                    let (#result, #dot) = #key.trace #fish(__trace, #(#args),*);)
            }
            (_, Some(dot)) => {
                let fish = with(Some(quote!(_)));
                quote_spanned!(span=> let (#result, #dot) = #key.jvp #fish(#(#args),*);)
            }
            (_, None) => {
                let fish = with(None);
                quote!(let #result = #path #fish(#(#args),*);)
            }
        }
    }

    pub(super) fn arg(&self, arg: &Arg) -> TokenStream {
        match arg {
            Arg::Value(value) => self.operand(value),
            Arg::Shared(place) => self.borrowed(place),
            Arg::Mutable(place) | Arg::Either(place) => self.mutably(place),
            Arg::PassiveRef(code) => code.tokens.clone(),
        }
    }

    /// `Some(…)` of a tangent or adjoint that goes with `arg`, or `None`.
    pub(super) fn optional(&self, place: Option<&Place>, arg: &Arg) -> TokenStream {
        let Some(place) = place else {
            return quote!(::core::option::Option::None);
        };
        let inner = match arg {
            Arg::Value(_) => self.place(place),
            Arg::Mutable(_) | Arg::Either(_) => self.mutably(place),
            _ => self.borrowed(place),
        };
        quote!(::core::option::Option::Some(#inner))
    }

    pub(super) fn backward_args(
        &self,
        call: &Call,
        seed: Option<&Operand>,
        shadows: &[Option<Place>],
    ) -> Vec<TokenStream> {
        let mut args: Vec<TokenStream> = seed.iter().map(|seed| self.operand(seed)).collect();
        let dots = call.dots.as_ref();
        args.extend(
            dots.and_then(|dots| dots.seed.as_ref())
                .map(|seed| self.operand(seed)),
        );
        for (k, arg) in call.args.iter().enumerate() {
            let none = quote!(::core::option::Option::None);
            match arg {
                Arg::Value(_) | Arg::Mutable(_) | Arg::Either(_) => {
                    args.push(none.clone());
                    args.extend(dots.map(|_| none));
                }
                _ => {
                    let again = self.arg(arg);
                    args.push(quote!(::core::option::Option::Some(#again)));
                    args.extend(dots.map(|dots| self.optional(dots.args[k].as_ref(), arg)));
                }
            }
            let shadow = |place: Option<&Place>| match place {
                Some(place) => {
                    let inner = self.mutably(place);
                    quote!(::core::option::Option::Some(#inner))
                }
                None => quote!(::core::option::Option::None),
            };
            args.push(shadow(shadows[k].as_ref()));
            args.extend(dots.map(|dots| shadow(dots.shadows[k].as_ref())));
        }
        args
    }
}
