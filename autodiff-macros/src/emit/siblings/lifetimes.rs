//! The lifetimes that a pullback holds on to.

use super::*;

/// The lifetimes that a pullback holds on to.
pub(super) struct Held {
    /// One that the emitted function has to declare.
    pub new: Option<syn::Lifetime>,
    pub all: Vec<syn::Lifetime>,
}

pub(super) fn the_lifetime() -> syn::Lifetime {
    syn::Lifetime::new("'__held", proc_macro2::Span::call_site())
}

/// A pullback holds on to constant references; active ones it is given again.
pub(super) fn held_lifetimes(function: &Function) -> Held {
    lifetimes_of(function, |param| {
        !param.active && param.passing == Passing::Shared
    })
}

pub(super) fn lifetimes_of(function: &Function, holds: impl Fn(&Param) -> bool) -> Held {
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

pub(super) fn with_lifetime(ty: &Type) -> TokenStream {
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
pub(super) fn held_type(param: &Param) -> TokenStream {
    if !param.active && param.passing == Passing::Shared {
        with_lifetime(&param.ty)
    } else {
        param.ty.to_token_stream()
    }
}
