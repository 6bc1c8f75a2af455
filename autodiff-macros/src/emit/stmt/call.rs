//! Calls of other differentiated functions, in each of their forms.

use super::*;
use crate::names;
use proc_macro2::Ident;

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

    fn forward_call(
        &self,
        call: &Call,
        result: &proc_macro2::Ident,
        args: &[TokenStream],
    ) -> TokenStream {
        let span = call.span;
        let dot = call.dots.as_ref().and_then(|dots| dots.result);
        let dot = dot.map(|dot| &self.trace.var(dot).ident);
        match (&call.form, dot) {
            (CallForm::Forward { pullback }, None) => {
                let pullback = &self.trace.var(*pullback).ident;
                let value = match self.rows {
                    true => self.derivative(call, "pull_rows", args),
                    false => self.derivative(call, "pull", args),
                };
                quote_spanned!(span=> let (#result, #pullback) = #value;)
            }
            (CallForm::Forward { pullback }, Some(dot)) => {
                let pullback = &self.trace.var(*pullback).ident;
                let value = self.derivative(call, "pull_jvp", args);
                quote_spanned!(span=> let (#result, #dot, #pullback) = #value;)
            }
            (_, Some(dot)) => {
                let mode = if self.tracing { "trace" } else { "jvp" };
                let value = self.derivative(call, mode, args);
                quote_spanned!(span=> let (#result, #dot) = #value;)
            }
            (_, None) => {
                let value = self.as_written(call, args);
                quote!(let #result = #value;)
            }
        }
    }

    /// The generic arguments of the user's, with that for the lane of tangents.
    fn turbofish(&self, call: &Call, mode: &str) -> TokenStream {
        match (&call.turbofish, mode) {
            (None, _) => quote!(),
            (Some(fish), "jvp" | "pull_rows") => quote!(::<#fish, _>),
            (Some(fish), _) => quote!(::<#fish>),
        }
    }

    /// The value of a call, without any derivative.
    fn as_written(&self, call: &Call, args: &[TokenStream]) -> TokenStream {
        let fish = self.turbofish(call, "");
        match &call.callee {
            Callee::Function(path) | Callee::Keyed { path, .. } => {
                quote!(#path #fish(#(#args),*))
            }
            Callee::Associated(ty, name) => quote!(#ty #name #fish(#(#args),*)),
            Callee::Method(name) => {
                let (receiver, args) = (self.receiver(call), &args[1..]);
                quote!(#receiver.#name #fish(#(#args),*))
            }
            Callee::Operator(operator) => self.infix(operator, &call.args, call.span),
        }
    }

    /// A call of a derivative: `jvp`, `pull`, `pull_jvp` or `trace`.
    fn derivative(&self, call: &Call, mode: &str, args: &[TokenStream]) -> TokenStream {
        let (fish, span) = (self.turbofish(call, mode), call.span);
        let record = (mode == "trace").then(|| quote!(__trace));
        match &call.callee {
            Callee::Function(path) => {
                let method = Ident::new(mode, span);
                let record = record.map(|trace| quote!(#trace,));
                // For several cotangents at once the last argument tells which lanes they are.
                let lane = (mode == "pull_rows").then_some(&self.lane);
                let marker = lane.map(|lane| quote!(::core::marker::PhantomData::<#lane>));
                let args = args.iter().chain(&marker);
                quote_spanned!(span=> #path!().#method #fish(#record #(#args),*))
            }
            Callee::Keyed { key, .. } => {
                let method = Ident::new(mode, span);
                let record = record.map(|trace| quote!(#trace,));
                quote_spanned!(span=> #key.#method #fish(#record #(#args),*))
            }
            Callee::Associated(ty, name) => {
                let hidden = names::hidden(name, Some(mode));
                quote_spanned!(span=> #ty #hidden #fish(#(#args,)* #record))
            }
            Callee::Method(name) => {
                let (receiver, args) = (self.receiver(call), &args[1..]);
                let (found, hidden) = (names::hidden(name, None), names::hidden(name, Some(mode)));
                quote_spanned!(span=> #receiver.#found().#hidden #fish(#(#args,)* #record))
            }
            Callee::Operator(operator) => self.operator(operator, mode, args, span),
        }
    }

    /// The receiver of a method, which borrows it as it likes.
    fn receiver(&self, call: &Call) -> TokenStream {
        let place = match &call.args[0] {
            Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => self.place(place),
            Arg::Value(value) => self.operand(value),
            Arg::PassiveRef(code) => code.tokens.clone(),
        };
        match place.clone().into_iter().count() {
            1 => place,
            _ => quote!((#place)),
        }
    }

    /// An operator as the user wrote it.
    fn infix(&self, operator: &Operator, args: &[Arg], span: Span) -> TokenStream {
        let operands = args.iter().zip(&operator.borrowed).map(|(arg, borrowed)| {
            let Arg::Shared(place) = arg else {
                unreachable!("operands are given by reference")
            };
            let place = self.place(place);
            match borrowed {
                true => quote!((&#place)),
                false if place.clone().into_iter().count() > 1 => quote!((#place)),
                false => place,
            }
        });
        let operands: Vec<TokenStream> = operands.collect();
        let (a, b) = (&operands[0], operands.get(1));
        match operator.name {
            "add" => quote_spanned!(span=> #a + #b),
            "sub" => quote_spanned!(span=> #a - #b),
            "mul" => quote_spanned!(span=> #a * #b),
            "div" => quote_spanned!(span=> #a / #b),
            "rem" => quote_spanned!(span=> #a % #b),
            "neg" => quote_spanned!(span=> -#a),
            _ => {
                let base = self.base.tokens();
                quote_spanned!(span=> #a as #base)
            }
        }
    }

    /// A derivative of an operator, found by the types of its operands.
    fn operator(
        &self,
        operator: &Operator,
        mode: &str,
        args: &[TokenStream],
        span: Span,
    ) -> TokenStream {
        let ops = quote!(::autodiff_runtime::private::ops);
        let passing = operator.borrowed.iter().map(|borrowed| match borrowed {
            true => quote!(#ops::Borrowed),
            false => quote!(#ops::Owned),
        });
        let passing: Vec<TokenStream> = passing.collect();
        let base = self.base.tokens();
        let op = match operator.name {
            "add" => quote!(#ops::Add<#(#passing),*>),
            "sub" => quote!(#ops::Sub<#(#passing),*>),
            "mul" => quote!(#ops::Mul<#(#passing),*>),
            "div" => quote!(#ops::Div<#(#passing),*>),
            "rem" => quote!(#ops::Rem<#(#passing),*>),
            "neg" => quote!(#ops::Neg<#(#passing),*>),
            _ => quote!(#ops::Cast<#base>),
        };
        let mut args = args.to_vec();
        if operator.borrowed.len() == 1 {
            args.push(quote!(&()));
            if !mode.starts_with("pull") || mode == "pull_jvp" {
                args.push(quote!(::core::option::Option::None));
            }
        }
        let lane = &self.lane;
        match mode {
            "jvp" => quote_spanned!(span=> #ops::Forward::<#op, _, #lane>::jvp(#(#args),*)),
            "pull" => quote_spanned!(span=> #ops::Reverse::<#op, _, #base>::pull(#(#args),*)),
            "pull_rows" => quote_spanned! {span=>
                #ops::pull_rows::<#op, _, _, #base, #lane>(#(#args),*)
            },
            "pull_jvp" => {
                quote_spanned!(span=> #ops::Reverse::<#op, _, #base>::pull_jvp(#(#args),*))
            }
            _ => quote_spanned!(span=> #ops::Record::<#op, _>::record(#(#args,)* __trace)),
        }
    }

    fn arg(&self, arg: &Arg) -> TokenStream {
        match arg {
            Arg::Value(value) => self.operand(value),
            Arg::Shared(place) => self.borrowed(place),
            Arg::Mutable(place) | Arg::Either(place) => self.mutably(place),
            Arg::PassiveRef(code) => code.tokens.clone(),
        }
    }

    /// `Some(…)` of a tangent or adjoint that goes with `arg`, or `None`.
    fn optional(&self, place: Option<&Place>, arg: &Arg) -> TokenStream {
        let Some(place) = place else {
            return quote!(::core::option::Option::None);
        };
        let part = has_part(place, self.trace);
        let inner = match arg {
            Arg::Mutable(_) | Arg::Either(_) if part => return self.given_mut(place),
            _ if part => {
                let tokens = self.place(place);
                return quote!(::autodiff_runtime::private::given(&#tokens));
            }
            Arg::Value(_) => self.place(place),
            Arg::Mutable(_) | Arg::Either(_) => self.mutably(place),
            _ => self.borrowed(place),
        };
        quote!(::core::option::Option::Some(#inner))
    }

    /// A part of an adjoint, if there is such a part.
    fn given_mut(&self, place: &Place) -> TokenStream {
        let tokens = self.place_mut(place);
        quote!(::autodiff_runtime::private::given_mut(&mut #tokens))
    }

    fn backward_args(
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
                Some(place) if has_part(place, self.trace) => self.given_mut(place),
                Some(place) => {
                    let inner = self.mutably(place);
                    quote!(::core::option::Option::Some(#inner))
                }
                None => quote!(::core::option::Option::None),
            };
            args.push(shadow(shadows[k].as_ref()));
            args.extend(dots.map(|dots| shadow(dots.shadows[k].as_ref())));
        }
        if let Callee::Operator(Operator { borrowed, .. }) = &call.callee
            && borrowed.len() == 1
        {
            // The second operand of an operator of one is `()`.
            args.push(quote!(::core::option::Option::Some(&())));
            let missing = if dots.is_some() { 3 } else { 1 };
            args.extend((0..missing).map(|_| quote!(::core::option::Option::None)));
        }
        args
    }
}
