//! `#[differentiate]` on methods, and on whole `impl` blocks.
//!
//! The derivatives of a method stand beside it in the same `impl`, or, if that is of a trait, in one
//! of the type itself. Members without active input or output stay as they are. What implements an
//! operator of the standard library is found through the types of the operands.

mod operator;

use crate::args::Args;
use crate::errors::Errors;
use crate::expand::{derivatives, marked};
use crate::signature::{Home, mentions, shape_of};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, ImplItem, ImplItemFn, ItemFn, ItemImpl, ReturnType, Type};

/// Whether a function stands in an `impl`, as far as it shows.
pub fn is_member(item: &ItemFn) -> bool {
    let receiver = matches!(item.sig.inputs.first(), Some(FnArg::Receiver(_)));
    receiver || mentions(item.to_token_stream(), "Self")
}

/// The expansion of the attribute on an `impl` block.
pub fn expand(mut block: ItemImpl, args: &Args, errors: Errors) -> TokenStream {
    if args.wrt.is_some() || args.scalar {
        errors.at(
            &block.self_ty,
            "on an `impl` block `#[differentiate]` takes `mode` alone; put `wrt` on a member, as in \
             `#[differentiate(wrt(self))]`",
        );
    }
    let operator = operator::name(&block);
    let operators = operator.map(|name| operator::expand(&block, name, args, &errors));
    let mut siblings = TokenStream::new();
    for item in &mut block.items {
        let ImplItem::Fn(member) = item else { continue };
        let own = member_args(member, args, &errors);
        let function = as_function(member, block.trait_.is_some());
        let Some(own) = own.filter(|own| own.explicit || is_differentiable(&function, &own.args))
        else {
            continue;
        };
        siblings.extend(match operator {
            Some(_) => quote!(),
            None => {
                let home = Home::Type(block.generics.clone());
                derivatives(function.clone(), home, &own.args, &errors, errors.count())
            }
        });
        let mut plain = function;
        plain.vis = member.vis.clone();
        *item = ImplItem::Verbatim(marked(&plain));
    }
    let messages = errors.into_tokens();
    let siblings = substituted(siblings, &block);
    if block.trait_.is_none() {
        let items = &block.items;
        let (attrs, self_ty) = (&block.attrs, &block.self_ty);
        let (generics, _, clause) = block.generics.split_for_impl();
        return quote! {
            #(#attrs)*
            impl #generics #self_ty #clause { #(#items)* #siblings }
            #messages
        };
    }
    let inherent = (!siblings.is_empty()).then(|| {
        let (self_ty, (generics, _, clause)) = (&block.self_ty, block.generics.split_for_impl());
        quote!(impl #generics #self_ty #clause { #siblings })
    });
    quote!(#block #inherent #operators #messages)
}

/// The trait that a block implements.
fn trait_of(block: &ItemImpl) -> Option<&syn::Path> {
    block.trait_.as_ref().map(|(path, _)| path)
}

/// What is said of one member.
struct Member {
    args: Args,
    /// Whether it has an attribute of its own.
    explicit: bool,
}

/// Takes the member's own attribute away; none if it says `skip`.
fn member_args(member: &mut ImplItemFn, block: &Args, errors: &Errors) -> Option<Member> {
    let is_ours = |attr: &syn::Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|last| last.ident == "differentiate")
    };
    let at = member.attrs.iter().position(is_ours);
    let attr = at.map(|at| member.attrs.remove(at));
    let tokens = attr.as_ref().map(|attr| match &attr.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    });
    if tokens
        .as_ref()
        .is_some_and(|tokens| tokens.to_string() == "skip")
    {
        return None;
    }
    let mut args = tokens.map_or(Args::default(), |tokens| Args::parse(tokens, errors));
    args.mode = args.mode.or(block.mode);
    let explicit = attr.is_some();
    Some(Member { args, explicit })
}

fn as_function(member: &ImplItemFn, public: bool) -> ItemFn {
    ItemFn {
        attrs: member.attrs.clone(),
        modifiers: member.modifiers.clone(),
        vis: match public {
            true => syn::parse_quote!(pub),
            false => member.vis.clone(),
        },
        sig: member.sig.clone(),
        block: Box::new(member.block.clone()),
    }
}

/// Whether something active goes in and comes out.
fn is_differentiable(item: &ItemFn, args: &Args) -> bool {
    let sig = &item.sig;
    let chosen = |name: &str| {
        let names = args.wrt.as_ref();
        names.is_none_or(|names| names.iter().any(|known| known == name))
    };
    let is_constant =
        |attrs: &[syn::Attribute]| attrs.iter().any(|attr| attr.path().is_ident("constant"));
    let (mut reads, mut writes) = (false, false);
    for input in &sig.inputs {
        let (active, mutable) = match input {
            FnArg::Receiver(receiver) => (
                chosen("self") && !is_constant(&receiver.attrs),
                matches!(&receiver.kind, syn::ReceiverKind::Reference(_, _, Some(_))),
            ),
            FnArg::Typed(typed) => (
                !is_constant(&typed.attrs) && shape_of(&typed.ty).may_be_active(),
                matches!(&*typed.ty, Type::Reference(reference) if reference.mutability.is_some()),
            ),
        };
        reads |= active;
        writes |= active && mutable;
    }
    let returns = match &sig.output {
        ReturnType::Default => false,
        // A getter hands out a reference.
        ReturnType::Type(_, ty) => {
            shape_of(ty).may_be_active()
                && !matches!(&**ty, Type::Reference(_) | Type::ImplTrait(_))
        }
    };
    let plain = sig.asyncness.is_none() && sig.generics.type_params().next().is_none();
    plain && reads && (writes || returns)
}

/// `tokens` with the associated types of an implementation of a trait written out, for use outside
/// of it.
fn substituted(tokens: TokenStream, block: &ItemImpl) -> TokenStream {
    if block.trait_.is_none() {
        return tokens;
    }
    let mut out = Vec::new();
    for token in tokens {
        out.push(match token {
            TokenTree::Group(group) => {
                let inner = substituted(group.stream(), block);
                let mut new = proc_macro2::Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                TokenTree::Group(new)
            }
            other => other,
        });
        let [
            ..,
            TokenTree::Ident(own),
            TokenTree::Punct(a),
            TokenTree::Punct(b),
            TokenTree::Ident(name),
        ] = &out[..]
        else {
            continue;
        };
        let associated = block.items.iter().find_map(|item| match item {
            ImplItem::Type(item) if item.ident == *name => Some(&item.ty),
            _ => None,
        });
        if let Some(ty) = associated
            && own == "Self"
            && a.as_char() == ':'
            && b.as_char() == ':'
        {
            out.truncate(out.len() - 4);
            out.extend(ty.to_token_stream());
        }
    }
    out.into_iter().collect()
}
