//! Implementations of operators: `impl Mul<Vec3> for f64`.
//!
//! The operator becomes a function that nobody calls by name. The methods of its key are what
//! `ops::Forward`, `ops::Reverse` and `ops::Record` on the types of the operands lead to.

use super::*;
use crate::emit::siblings;
use crate::expand::read_and_lower;
use crate::signature::float::{self, FloatScope};
use crate::signature::{Function, Passing, tangent_type};
use proc_macro2::Ident;
use quote::format_ident;
use std::hash::{Hash, Hasher};

/// The operator that a block implements, by the name of its trait.
pub fn name(block: &ItemImpl) -> Option<&'static str> {
    const OPERATORS: &[&str] = &["Add", "Sub", "Mul", "Div", "Rem", "Neg"];
    let last = super::trait_of(block)?.segments.last()?.ident.to_string();
    OPERATORS.iter().find(|known| **known == last).copied()
}

/// The rule of the operator that `block` implements.
pub fn expand(block: &ItemImpl, name: &'static str, args: &Args, errors: &Errors) -> TokenStream {
    let Some(item) = free_function(block) else {
        return quote!();
    };
    let _float = FloatScope::of(&item.sig.generics);
    let before = errors.count();
    let home = Home::Module;
    let (function, Some(lowered)) = read_and_lower(item, home, args, errors, before) else {
        return quote!();
    };
    let key = siblings::key_alone(&function, &lowered);
    let rule = Rule::new(block, name, function);
    let (forward, reverse, record) = (rule.forward(), rule.reverse(), rule.record());
    quote!(const _: () = { #key #forward #reverse #record };)
}

/// The operator as a function, with a name that no other has.
fn free_function(block: &ItemImpl) -> Option<ItemFn> {
    let member = block.items.iter().find_map(|item| match item {
        ImplItem::Fn(member) => Some(member.clone()),
        _ => None,
    })?;
    let member = ImplItemFn {
        sig: without_receiver(member.sig),
        ..member
    };
    let tokens = substituted(member.to_token_stream(), block);
    let mut item: ItemFn = syn::parse2(renamed(tokens, &block.self_ty)).ok()?;
    let mut hasher = std::hash::DefaultHasher::new();
    block.to_token_stream().to_string().hash(&mut hasher);
    item.sig.ident = format_ident!(
        "{}_{:08x}",
        item.sig.ident,
        hasher.finish() as u32,
        span = item.sig.ident.span()
    );
    let own = std::mem::replace(&mut item.sig.generics, block.generics.clone());
    item.sig.generics.params.extend(own.params);
    Some(item)
}

/// The receiver as a parameter like others.
fn without_receiver(mut sig: syn::Signature) -> syn::Signature {
    if let Some(FnArg::Receiver(receiver)) = sig.inputs.first() {
        let mutable = &receiver.mutability;
        let typed: syn::PatType = match &receiver.kind {
            syn::ReceiverKind::Reference(_, lifetime, _) => {
                syn::parse_quote!(this: & #lifetime Self)
            }
            _ => syn::parse_quote!(#mutable this: Self),
        };
        sig.inputs[0] = FnArg::Typed(typed);
    }
    sig
}

/// `self` as a parameter, `Self` as the type it stands for.
fn renamed(tokens: TokenStream, self_ty: &Type) -> TokenStream {
    let mut out = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => out.extend(as_expression(self_ty)),
            TokenTree::Ident(ident) if ident == "self" => {
                out.extend([TokenTree::Ident(Ident::new("this", ident.span()))]);
            }
            TokenTree::Group(group) => {
                let inner = renamed(group.stream(), self_ty);
                let mut new = proc_macro2::Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                out.extend([TokenTree::Group(new)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// The type with `::<…>`, as it can stand in expressions and in types.
fn as_expression(ty: &Type) -> TokenStream {
    let Type::Path(path) = ty else {
        return ty.to_token_stream();
    };
    let mut path = path.clone();
    for segment in &mut path.path.segments {
        if let syn::PathArguments::AngleBracketed(args) = &mut segment.arguments {
            args.colon2_token = Some(Default::default());
        }
    }
    path.to_token_stream()
}

/// The generic parameters without the lifetimes of references that are gone.
fn used(generics: &syn::Generics, operands: &[Operand], output: &Option<Type>) -> syn::Generics {
    let mut generics = generics.clone();
    let types = operands.iter().map(|operand| &operand.ty).chain(output);
    let types: Vec<TokenStream> = types.map(ToTokens::to_token_stream).collect();
    let params = std::mem::take(&mut generics.params).into_iter();
    let occurs = |param: &syn::GenericParam| match param {
        syn::GenericParam::Lifetime(param) => {
            let name = param.lifetime.ident.to_string();
            types.iter().any(|ty| mentions(ty.clone(), &name))
        }
        _ => true,
    };
    generics.params = params.filter(occurs).collect();
    generics.where_clause = float::owned(generics.where_clause);
    generics
}

/// One operand.
struct Operand {
    /// Its type without a reference.
    ty: Type,
    borrowed: bool,
    active: bool,
}

/// The implementations of the runtime's traits for one operator.
struct Rule {
    generics: syn::Generics,
    /// The type that stands for the operator.
    op: TokenStream,
    key: Ident,
    operands: Vec<Operand>,
    output: TokenStream,
    function: Function,
}

impl Rule {
    fn new(block: &ItemImpl, name: &str, function: Function) -> Rule {
        let operands = function.params.iter().map(|param| Operand {
            ty: param.referent().clone(),
            borrowed: param.passing != Passing::Value,
            active: param.active,
        });
        let operands: Vec<Operand> = operands.collect();
        let ops = quote!(::autodiff_runtime::private::ops);
        let passing = operands.iter().map(|operand| match operand.borrowed {
            true => quote!(#ops::Borrowed),
            false => quote!(#ops::Owned),
        });
        let name = format_ident!("{}", name);
        let output = &function.output;
        Rule {
            generics: used(&block.generics, &operands, output),
            op: quote!(#ops::#name<#(#passing),*>),
            key: format_ident!("__autodiff_{}", function.name()),
            operands,
            output: quote!(#output),
            function,
        }
    }

    /// The second operand; `()` where there is one only.
    fn other(&self) -> TokenStream {
        match self.operands.get(1) {
            Some(operand) => operand.ty.to_token_stream(),
            None => quote!(()),
        }
    }

    fn tangent(&self, ty: &TokenStream, lane: &TokenStream) -> TokenStream {
        quote!(::autodiff_runtime::private::ops::Tangent<#ty, #lane>)
    }

    /// The types of both operands, and of their tangents.
    fn types(&self, lane: &TokenStream) -> [TokenStream; 4] {
        let a = self.operands[0].ty.to_token_stream();
        let b = self.other();
        let (a_dot, b_dot) = (self.tangent(&a, lane), self.tangent(&b, lane));
        [a, b, a_dot, b_dot]
    }

    /// The arguments of the key: each operand as it takes it, with its companion if `dots`.
    fn arguments(&self, dots: bool) -> TokenStream {
        let places = [
            (quote!(self), quote!(__dot)),
            (quote!(__other), quote!(__other_dot)),
        ];
        let args = self
            .operands
            .iter()
            .zip(places)
            .map(|(operand, (value, dot))| {
                let value = match operand.borrowed {
                    true => value,
                    false => quote!(::core::clone::Clone::clone(#value)),
                };
                if !dots {
                    return quote!(#value);
                }
                let dot = match (operand.active, operand.borrowed) {
                    (false, _) => quote!(::core::option::Option::None),
                    (true, true) => dot,
                    (true, false) => quote!(#dot.cloned()),
                };
                quote!(#value, #dot)
            });
        quote!(#(#args),*)
    }

    fn impl_generics(&self, more: TokenStream) -> TokenStream {
        let params = self.generics.params.iter();
        quote!(<#(#params,)* #more>)
    }

    fn forward(&self) -> TokenStream {
        let lane = quote!(__V);
        let base = self.function.base.tokens();
        let [a, b, a_dot, b_dot] = self.types(&lane);
        let generics = self.impl_generics(quote!(__V: ::autodiff_runtime::private::Lane<#base>));
        let (op, output, key) = (&self.op, &self.output, &self.key);
        let dot = self.output_tangent(&lane);
        let (args, clause) = (self.arguments(true), &self.generics.where_clause);
        quote! {
            #[automatically_derived]
            impl #generics ::autodiff_runtime::private::ops::Forward<#op, #b, __V> for #a #clause {
                type Output = #output;
                type Dot = #dot;
                #[inline]
                fn jvp(
                    &self,
                    __dot: ::core::option::Option<&#a_dot>,
                    __other: &#b,
                    __other_dot: ::core::option::Option<&#b_dot>,
                ) -> (#output, #dot) {
                    #key.jvp(#args)
                }
            }
        }
    }

    fn output_tangent(&self, lane: &TokenStream) -> TokenStream {
        let output = self.function.output.as_ref();
        let output = output.expect("an operator returns a value");
        tangent_type(output, lane).into_token_stream()
    }

    /// What the key's pullback is given for each operand, from what the trait's is given.
    fn handed_on(&self, second: bool) -> TokenStream {
        let names = [
            ["__a", "__a_dot", "__a_bar", "__a_bar_dot"],
            ["__b", "__b_dot", "__b_bar", "__b_bar_dot"],
        ];
        let none = quote!(::core::option::Option::None);
        let args = self.operands.iter().zip(names).map(|(operand, names)| {
            let names = names.map(|name| format_ident!("{}", name));
            let [again, dot, bar, bar_dot] = &names;
            let again = if operand.borrowed {
                quote!(#again)
            } else {
                none.clone()
            };
            let dot = match operand.borrowed && operand.active {
                true => quote!(#dot),
                false => none.clone(),
            };
            let (bar, bar_dot) = match operand.active {
                true => (quote!(#bar), quote!(#bar_dot)),
                false => (none.clone(), none.clone()),
            };
            match second {
                true => quote!(#again, #dot, #bar, #bar_dot),
                false => quote!(#again, #bar),
            }
        });
        quote!(#(#args),*)
    }

    fn reverse(&self) -> TokenStream {
        let base = self.function.base.tokens();
        let [a, b, a_bar, b_bar] = self.types(&base);
        let generics = self.impl_generics(quote!());
        let (op, output, key) = (&self.op, &self.output, &self.key);
        let bar = self.output_tangent(&base);
        let clause = &self.generics.where_clause;
        let (plain, paired) = (self.arguments(false), self.arguments(true));
        let (first, second) = (self.handed_on(false), self.handed_on(true));
        let captured = self.captured();
        let option = quote!(::core::option::Option);
        quote! {
            #[automatically_derived]
            impl #generics ::autodiff_runtime::private::ops::Reverse<#op, #b, #base> for #a #clause {
                type Output = #output;
                type Bar = #bar;
                #[inline]
                fn pull(
                    &self,
                    __other: &#b,
                ) -> (
                    #output,
                    impl ::core::ops::FnOnce(
                        #bar, #option<&#a>, #option<&mut #a_bar>, #option<&#b>, #option<&mut #b_bar>,
                    ) + #captured,
                ) {
                    let (__value, __pullback) = #key.pull(#plain);
                    (__value, move |
                        __seed: #bar,
                        __a: #option<&#a>,
                        __a_bar: #option<&mut #a_bar>,
                        __b: #option<&#b>,
                        __b_bar: #option<&mut #b_bar>,
                    | __pullback(__seed, #first))
                }
                #[inline]
                fn pull_jvp(
                    &self,
                    __dot: #option<&#a_bar>,
                    __other: &#b,
                    __other_dot: #option<&#b_bar>,
                ) -> (
                    #output,
                    #bar,
                    impl ::core::ops::FnOnce(
                        #bar, #bar,
                        #option<&#a>, #option<&#a_bar>, #option<&mut #a_bar>, #option<&mut #a_bar>,
                        #option<&#b>, #option<&#b_bar>, #option<&mut #b_bar>, #option<&mut #b_bar>,
                    ) + #captured,
                ) {
                    let (__value, __tangent, __pullback) = #key.pull_jvp(#paired);
                    (__value, __tangent, move |
                        __seed: #bar,
                        __seed_dot: #bar,
                        __a: #option<&#a>,
                        __a_dot: #option<&#a_bar>,
                        __a_bar: #option<&mut #a_bar>,
                        __a_bar_dot: #option<&mut #a_bar>,
                        __b: #option<&#b>,
                        __b_dot: #option<&#b_bar>,
                        __b_bar: #option<&mut #b_bar>,
                        __b_bar_dot: #option<&mut #b_bar>,
                    | __pullback(__seed, __seed_dot, #second))
                }
            }
        }
    }

    fn captured(&self) -> TokenStream {
        let lifetimes = self.generics.lifetimes().map(|param| &param.lifetime);
        let others = self.generics.params.iter().filter_map(|param| match param {
            syn::GenericParam::Type(param) => Some(&param.ident),
            syn::GenericParam::Const(param) => Some(&param.ident),
            syn::GenericParam::Lifetime(_) => None,
        });
        quote!(use<#(#lifetimes,)* #(#others,)*>)
    }

    fn record(&self) -> TokenStream {
        let node = quote!(::autodiff_runtime::trace::Node);
        let [a, b, a_nodes, b_nodes] = self.types(&node);
        let generics = self.impl_generics(quote!());
        let (op, output, key) = (&self.op, &self.output, &self.key);
        let nodes = self.output_tangent(&node);
        let (args, clause) = (self.arguments(true), &self.generics.where_clause);
        quote! {
            #[automatically_derived]
            impl #generics ::autodiff_runtime::private::ops::Record<#op, #b> for #a #clause {
                type Output = #output;
                type Nodes = #nodes;
                fn record(
                    &self,
                    __dot: ::core::option::Option<&#a_nodes>,
                    __other: &#b,
                    __other_dot: ::core::option::Option<&#b_nodes>,
                    __trace: &mut ::autodiff_runtime::Trace,
                ) -> (#output, #nodes) {
                    #key.trace(__trace, #args)
                }
            }
        }
    }
}
