//! What a rule of the user's brings along: the key that runs `jvp` and `vjp`, and stand-ins for the
//! keys of functions that formulas of `partials` call.

use super::*;
use crate::custom::Given;
use crate::lower::{rule_key, underived_module};
use proc_macro2::Literal;
use syn::Path;

/// The items that a function with a rule needs beside its siblings.
pub(super) fn items(writer: &Writer<'_>, given: &Given) -> TokenStream {
    let underived = writer.underived();
    let rule = match (&given.partials, &given.jvp, &given.vjp) {
        (None, Some(jvp), Some(vjp)) => Rule { writer, jvp, vjp }.key(),
        _ => quote!(),
    };
    quote!(#underived #rule)
}

impl Writer<'_> {
    /// For each call in a formula a macro that is found where the callee has none: its key refuses.
    fn underived(&self) -> TokenStream {
        let Some(lowered) = self.lowered.filter(|l| !l.underived.is_empty()) else {
            return quote!();
        };
        let (module, float) = (underived_module(self.f.name()), self.float());
        let message = format!(
            "`{}` has no second derivative: a function that its `partials` call is not differentiated",
            self.f.name()
        );
        let keys = lowered.underived.iter().enumerate().map(|(k, call)| {
            let (key, alias) = (format_ident!("Callee{}", k), &call.alias);
            let finder = format_ident!("{}_{}", module, k);
            let params = call.floats.iter().enumerate().map(|(j, is_float)| {
                let (value, dot) = (format_ident!("a{}", j), format_ident!("d{}", j));
                match is_float {
                    true => quote!(#value: #float, #dot: ::core::option::Option<#float>),
                    false => quote! {
                        #value: impl ::core::marker::Sized,
                        #dot: ::core::option::Option<::autodiff_runtime::private::HeldConstant>
                    },
                }
            });
            quote! {
                pub struct #key;
                impl #key {
                    pub fn jvp(self, #(#params),*) -> (#float, #float) { ::core::panic!(#message) }
                }
                macro_rules! #finder { () => { #module::#key }; }
                pub(crate) use #finder as #alias;
            }
        });
        let (cfgs, attributes) = (self.cfgs(), attributes_of_items());
        quote! {
            #cfgs
            #attributes
            mod #module { #(#keys)* }
        }
    }
}

fn attributes_of_items() -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(warnings, unused, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
    }
}

/// The user's rules. The value is always that of the function itself; a rule is run when a tangent
/// or cotangents are asked for, so that a pullback holds on to no reference.
struct Rule<'w> {
    writer: &'w Writer<'w>,
    jvp: &'w Path,
    vjp: &'w Path,
}

impl Rule<'_> {
    fn key(&self) -> TokenStream {
        let (writer, key) = (self.writer, rule_key(self.writer.f.name()));
        let (vis, cfgs, attributes) = (&writer.f.item.vis, writer.cfgs(), attributes_of_items());
        let (jvp, pull, pull_jvp, trace) = (
            self.key_jvp(),
            self.key_pull(),
            self.key_pull_jvp(),
            self.key_trace(),
        );
        quote! {
            #cfgs
            #attributes
            #vis struct #key;
            #cfgs
            #[automatically_derived]
            impl #key { #jvp #pull #pull_jvp #trace }
        }
    }

    fn params(&self) -> impl Iterator<Item = &Param> {
        self.writer.f.params.iter()
    }

    /// `let kept = copy;` for what the function consumes or changes.
    fn keep(&self) -> TokenStream {
        self.params()
            .filter(|param| param.passing != Passing::Shared)
            .map(|param| {
                let (kept, ident) = (kept(param), &param.ident);
                match param.passing {
                    Passing::Value => quote!(let #kept = ::core::clone::Clone::clone(&#ident);),
                    _ => quote!(let mut #kept = ::std::borrow::ToOwned::to_owned(&*#ident);),
                }
            })
            .collect()
    }

    /// The value, by the function itself.
    fn value(&self) -> TokenStream {
        let name = self.writer.f.name();
        let args = self.params().map(|param| &param.ident);
        quote!(let __value = #name(#(#args),*);)
    }

    /// The arguments once more, each followed by `companion` where it is active.
    fn args(&self, companion: impl Fn(&Param) -> Option<TokenStream>) -> TokenStream {
        let args = self.params().map(|param| {
            let (ident, kept) = (&param.ident, kept(param));
            let value = match param.passing {
                Passing::Value => quote!(::core::clone::Clone::clone(&#kept)),
                Passing::Shared => quote!(#ident),
                Passing::Mutable => quote!(&mut ::core::clone::Clone::clone(&#kept)),
            };
            match companion(param).filter(|_| param.active) {
                Some(companion) => quote!(#value, #companion),
                None => value,
            }
        });
        quote!(#(#args),*)
    }

    fn key_jvp(&self) -> TokenStream {
        let writer = self.writer;
        let (lane, base) = (derive::lane(), writer.float());
        let params = writer.key_params(&lane);
        let bound = quote!(#lane: ::autodiff_runtime::private::Lane<#base>);
        let generics = writer.generics(quote!(), bound);
        let (output, dot) = (writer.output(), writer.output_tangent(&lane));
        let (clause, attributes) = (writer.where_clause(), attributes());
        let (opened, keep, value) = (writer.open_tangents(&lane), self.keep(), self.value());
        let (mut takes, mut puts) = (TokenStream::new(), TokenStream::new());
        for param in writer.f.active() {
            let (one, dot) = (one_lane(param), &param.dot);
            let of = borrow(dot, param.passing != Passing::Value);
            let like = match param.passing {
                Passing::Shared => borrowed(param),
                _ => borrow(&kept(param), false),
            };
            takes.extend(quote! {
                let mut #one = ::autodiff_runtime::private::zero_like::<#base, _>(#like);
                ::autodiff_runtime::private::take_lane::<#lane, #base, _, _>(#of, &mut #one, __lane);
            });
            if param.passing == Passing::Mutable {
                puts.extend(quote! {
                    ::autodiff_runtime::private::put_lane::<#lane, #base, _, _>(&#one, &mut *#dot, __lane);
                });
            }
        }
        let jvp = self.jvp;
        let args = self.args(|param| {
            let one = one_lane(param);
            Some(match param.passing {
                Passing::Value => quote!(#one),
                Passing::Shared => quote!(&#one),
                Passing::Mutable => quote!(&mut #one),
            })
        });
        let (one, put) = match writer.f.output {
            None => (quote!(), quote!()),
            Some(_) => (
                quote!(let (_, __one) =),
                quote! {
                    ::autodiff_runtime::private::put_lane::<#lane, #base, _, _>(&__one, &mut __dot, __lane);
                },
            ),
        };
        quote! {
            #attributes
            pub fn jvp #generics(self, #(#params),*) -> (#output, #dot) #clause {
                #opened
                #keep
                #value
                let mut __dot = ::autodiff_runtime::private::zero_like::<#lane, _>(&__value);
                for __lane in 0..<#lane as ::autodiff_runtime::private::Lane<#base>>::LANES {
                    #takes
                    #one #jvp(#args);
                    #put
                    #puts
                }
                (__value, __dot)
            }
        }
    }

    /// What the pullback of `vjp` takes: the cotangent, then the adjoints of references.
    fn pullback_args(
        &self,
        seed: TokenStream,
        shadow: impl Fn(&Param) -> TokenStream,
    ) -> TokenStream {
        let seed = self.writer.f.output.is_some().then_some(seed);
        let by_reference = |param: &&Param| param.passing != Passing::Value;
        let shadows = self.writer.f.active().filter(by_reference).map(shadow);
        let all = seed.into_iter().chain(shadows);
        quote!(#(#all),*)
    }

    /// The cotangents that the rule returns, `()` where there are none, one for each parameter.
    fn cotangents(&self, returned: &TokenStream) -> Vec<TokenStream> {
        let by_value = |param: &&Param| param.active && param.passing == Passing::Value;
        let count = self.params().filter(by_value).count();
        let mut k = 0;
        self.params()
            .map(|param| match (by_value(&param), count) {
                (false, _) => quote!(()),
                (true, 1) => returned.clone(),
                (true, _) => {
                    let field = Literal::usize_unsuffixed(k);
                    k += 1;
                    quote!(#returned.#field)
                }
            })
            .collect()
    }

    fn key_pull(&self) -> TokenStream {
        let writer = self.writer;
        let (generics, inputs, pair) = writer.pull_signature();
        let (clause, attributes) = (writer.where_clause(), attributes());
        let head = quote!(#attributes pub fn pull #generics(self, #(#inputs),*) -> #pair #clause);
        let seed = format_ident!("__seed");
        let params = writer.closure_params(&seed, false);
        let (open, outlines) = (writer.open_shadows(false), writer.outlines());
        let (keep, value, vjp) = (self.keep(), self.value(), self.vjp);
        let args = self.args(|_| None);
        let given = self.pullback_args(quote!(#seed), |param| param.bar.to_token_stream());
        let adds = self.give(&quote!(__cotangents), |param| param.bar.clone());
        quote! {
            #head {
                #outlines
                #keep
                #value
                (__value, move |#(#params),*| {
                    #open
                    let (_, __pullback) = #vjp(#args);
                    let __cotangents = __pullback(#given);
                    #adds
                })
            }
        }
    }

    /// Adds the cotangents that the rule returns to the adjoints of what is passed by value.
    fn give(&self, returned: &TokenStream, bar: impl Fn(&Param) -> Ident) -> TokenStream {
        let pairs = self.params().zip(self.cotangents(returned));
        pairs
            .filter(|(param, _)| param.active && param.passing == Passing::Value)
            .map(|(param, value)| {
                let bar = bar(param);
                match param.has_shadow() {
                    true => add_cotangent(param, &quote!(#bar), &value),
                    false => self.writer.add_to_given(param, &bar, Some(value)),
                }
            })
            .collect()
    }

    fn key_trace(&self) -> TokenStream {
        let (writer, base) = (self.writer, self.writer.float());
        let node = quote!(::autodiff_runtime::trace::Node);
        let params = writer.key_params(&node);
        let generics = writer.generics(quote!(), quote!());
        let (output, nodes) = (writer.output(), writer.output_tangent(&node));
        let (clause, attributes) = (writer.where_clause(), attributes());
        let (opened, keep, value, vjp) = (
            writer.open_tangents(&node),
            self.keep(),
            self.value(),
            self.vjp,
        );
        let (mut parents, mut bars, mut partials) =
            (TokenStream::new(), TokenStream::new(), TokenStream::new());
        let (mut finals, mut places) = (TokenStream::new(), TokenStream::new());
        let cotangents = self.cotangents(&quote!(__cotangents));
        for (param, cotangent) in self
            .params()
            .zip(cotangents)
            .filter(|(param, _)| param.active)
        {
            let (dot, bar, ident) = (&param.dot, &param.bar, &param.ident);
            let by_value = param.passing == Passing::Value;
            let of = borrow(dot, !by_value);
            parents.extend(quote!(__parents.extend(::autodiff_runtime::private::flat(#of));));
            let from = if by_value {
                cotangent
            } else {
                bar.to_token_stream()
            };
            partials.extend(quote! {
                __partials.extend(::autodiff_runtime::private::flat::<#base, _>(&#from));
            });
            if !by_value {
                let zero = zero_like(param, &base);
                bars.extend(quote!(let mut #bar = #zero;));
            }
            if param.passing == Passing::Mutable {
                bars.extend(quote! {
                    ::autodiff_runtime::private::seed(&mut #bar, &mut __at, __k);
                });
                finals
                    .extend(quote!(::autodiff_runtime::private::values(&*#ident, &mut __values);));
                places.extend(quote! {
                    ::autodiff_runtime::private::place_nodes(&mut *#dot, &mut __rows);
                });
            }
        }
        let args = self.args(|_| None);
        let given = self.pullback_args(quote!(__seed), |param| {
            let bar = &param.bar;
            quote!(&mut #bar)
        });
        let name = writer.f.name().to_string();
        quote! {
            #attributes
            pub fn trace #generics(
                self,
                __trace: &mut ::autodiff_runtime::Trace,
                #(#params),*
            ) -> (#output, #nodes) #clause {
                #opened
                #keep
                #value
                let mut __parents = ::std::vec::Vec::new();
                #parents
                let mut __values = ::std::vec::Vec::new();
                ::autodiff_runtime::private::values(&__value, &mut __values);
                #finals
                let mut __rows = ::std::vec::Vec::new();
                for __k in 0..__values.len() {
                    let mut __at = 0_usize;
                    let mut __seed = ::autodiff_runtime::private::zero_like::<#base, _>(&__value);
                    ::autodiff_runtime::private::seed::<#base, _>(&mut __seed, &mut __at, __k);
                    #bars
                    let (_, __pullback) = #vjp(#args);
                    let __cotangents = __pullback(#given);
                    let mut __partials = ::std::vec::Vec::new();
                    #partials
                    __rows.push(::autodiff_runtime::private::record_given(
                        __trace, #name, (__k, &__values), &__parents, &__partials,
                    ));
                }
                let mut __rows = __rows.into_iter();
                let mut __nodes = ::autodiff_runtime::private::zero_like::<#node, _>(&__value);
                ::autodiff_runtime::private::place_nodes(&mut __nodes, &mut __rows);
                #places
                (__value, __nodes)
            }
        }
    }

    fn key_pull_jvp(&self) -> TokenStream {
        let writer = self.writer;
        let (generics, inputs, three) = writer.pull_jvp_signature();
        let (clause, attributes) = (writer.where_clause(), attributes());
        let head =
            quote!(#attributes pub fn pull_jvp #generics(self, #(#inputs),*) -> #three #clause);
        let float = writer.float();
        let seed = format_ident!("__seed");
        let params = writer.closure_params(&seed, true);
        let (opened, open, outlines) = (
            writer.open_tangents(&float),
            writer.open_shadows(true),
            writer.outlines(),
        );
        let (keep, value, jvp) = (self.keep(), self.value(), self.jvp);
        let keep_dots: TokenStream = writer
            .f
            .active()
            .filter(|param| param.passing != Passing::Shared)
            .map(|param| {
                let (kept, dot) = (format_ident!("__kept_{}", param.dot), &param.dot);
                let of = borrow(dot, param.passing != Passing::Value);
                quote!(let #kept = ::std::borrow::ToOwned::to_owned(#of);)
            })
            .collect();
        let args = self.args(|param| Some(param.dot.to_token_stream()));
        let tangent = match writer.f.output {
            Some(_) => quote!(let (_, __tangent) = #jvp(#args);),
            None => quote!(#jvp(#args); let __tangent = ();),
        };
        let backward = self.second_backward(&seed);
        quote! {
            #head {
                #outlines
                #opened
                #keep
                #keep_dots
                #value
                #tangent
                (__value, __tangent, move |#(#params),*| {
                    #open
                    #backward
                })
            }
        }
    }

    /// The rule, run on dual numbers if it can be.
    fn second_backward(&self, seed: &Ident) -> TokenStream {
        let (writer, float) = (self.writer, self.writer.float());
        let dual = quote!(::autodiff_runtime::Dual<#float>);
        let seed_dot = format_ident!("{}_dot", seed);
        let (mut lifts, mut lowers) = (TokenStream::new(), TokenStream::new());
        let (mut args, mut given) = (Vec::new(), Vec::new());
        if writer.f.output.is_some() {
            given.push(quote!(::autodiff_runtime::private::dual(&#seed, &#seed_dot)));
        }
        for param in self.params() {
            let (ident, kept, bar, bar_dot) = (
                &param.ident,
                kept(param),
                &param.bar,
                format_ident!("{}_dot", param.bar),
            );
            let (lifted, bars) = (
                format_ident!("__dual_{}", ident),
                format_ident!("__bars_{}", ident),
            );
            let whole = matches!(param.referent(), Type::Slice(_)).then(|| quote!([..]));
            let (value, dot) = match param.passing {
                Passing::Shared => (quote!(#ident), param.dot.to_token_stream()),
                _ => {
                    let dot = format_ident!("__kept_{}", param.dot);
                    (quote!(&#kept), quote!(&#dot))
                }
            };
            lifts.extend(match param.active {
                true => quote!(let mut #lifted = ::autodiff_runtime::private::dual(#value, #dot);),
                false if param.passing == Passing::Shared => quote!(let #lifted = #ident;),
                false => quote!(let mut #lifted = #kept;),
            });
            args.push(match (param.passing, param.active) {
                (Passing::Value, _) | (Passing::Shared, false) => quote!(#lifted),
                (Passing::Shared, true) => quote!(&#lifted #whole),
                (Passing::Mutable, _) => quote!(&mut #lifted #whole),
            });
            if !param.active || param.passing == Passing::Value {
                continue;
            }
            let start = match param.passing {
                Passing::Shared => {
                    quote!(::autodiff_runtime::private::zero_like::<#dual, _>(#ident))
                }
                _ => quote!(::autodiff_runtime::private::dual(&*#bar, &*#bar_dot)),
            };
            lifts.extend(quote!(let mut #bars = #start;));
            given.push(quote!(&mut #bars #whole));
            // The adjoint of what is changed in place is replaced.
            if param.passing == Passing::Mutable {
                lowers.extend(quote! {
                    ::autodiff_runtime::private::clear(&mut *#bar);
                    ::autodiff_runtime::private::clear(&mut *#bar_dot);
                });
            }
            lowers.extend(quote! {
                ::autodiff_runtime::private::add_dual(&mut *#bar, &mut *#bar_dot, &#bars);
            });
        }
        let probe = probe(args.len(), given.len());
        let (vjp, name) = (self.vjp, writer.f.name());
        let path = vjp.to_token_stream().to_string().replace(' ', "");
        let message = format!(
            "`{name}` has no second derivative: its rule `{path}` is fixed to `{float}`; make the rule \
             generic over `Scalar`"
        );
        let by_value = || {
            writer
                .f
                .active()
                .filter(|param| param.passing == Passing::Value)
        };
        let types = by_value().map(|param| tangent_type(&param.ty, &dual).to_token_stream());
        let returned = bare(types.collect());
        let first = self.give(&quote!(__values), |param| param.bar.clone());
        let second = self.give(&quote!(__tangents), |param| {
            format_ident!("{}_dot", param.bar)
        });
        quote! {
            #lifts
            #probe
            let __probe = __Probe(
                #vjp, #(#args,)* #(#given,)* ::core::marker::PhantomData::<#returned>,
            );
            let ::core::option::Option::Some(__cotangents) = __probe.run() else {
                ::core::panic!(#message)
            };
            let __values = ::autodiff_runtime::private::dual_values::<#float, _>(&__cotangents);
            let __tangents = ::autodiff_runtime::private::dual_tangents::<#float, _>(&__cotangents);
            #lowers
            #first
            #second
        }
    }
}

/// Types by which the compiler answers whether a rule can be called with these arguments. A call
/// `__probe.run()` takes the method by value, whose bounds ask just that, or else the one by
/// reference.
fn probe(args: usize, given: usize) -> TokenStream {
    let names = |letter: &str, n: usize| -> Vec<Ident> {
        (0..n).map(|k| format_ident!("{}{}", letter, k)).collect()
    };
    let (a, s) = (names("__A", args), names("__S", given));
    let (x, y) = (names("__x", args), names("__y", given));
    quote! {
        struct __Probe<__F, #(#a,)* #(#s,)* __C>(__F, #(#a,)* #(#s,)* ::core::marker::PhantomData<__C>);
        trait __OnDuals { type Returned; fn run(self) -> ::core::option::Option<Self::Returned>; }
        impl<__F, __O, __P, #(#a,)* #(#s,)* __C> __OnDuals for __Probe<__F, #(#a,)* #(#s,)* __C>
        where
            __F: ::core::ops::FnOnce(#(#a),*) -> (__O, __P),
            __P: ::core::ops::FnOnce(#(#s),*) -> __C,
        {
            type Returned = __C;
            fn run(self) -> ::core::option::Option<__C> {
                let __Probe(__rule, #(#x,)* #(#y,)* _) = self;
                let (_, __pullback) = __rule(#(#x),*);
                ::core::option::Option::Some(__pullback(#(#y),*))
            }
        }
        trait __NotOnDuals { type Returned; fn run(&self) -> ::core::option::Option<Self::Returned>; }
        impl<__F, #(#a,)* #(#s,)* __C> __NotOnDuals for __Probe<__F, #(#a,)* #(#s,)* __C> {
            type Returned = __C;
            fn run(&self) -> ::core::option::Option<__C> { ::core::option::Option::None }
        }
    }
}

fn kept(param: &Param) -> Ident {
    format_ident!("__kept_{}", param.ident)
}

fn one_lane(param: &Param) -> Ident {
    format_ident!("__one_{}", param.dot)
}
