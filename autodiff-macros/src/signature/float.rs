//! The float of the function at hand: `f64` and `f32`, or the type parameter of a function that is
//! generic over `Scalar`, where plain floats are constants.
//!
//! Which of these it is holds for the whole expansion of one function, and types are read at many
//! places of it; that is why it is kept here and not handed from one to the next.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::cell::RefCell;
use syn::{Generics, Path, Type, WherePredicate};

thread_local! {
    static PARAMETER: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The float of one function, until this is dropped.
pub struct FloatScope(Option<String>);

impl FloatScope {
    /// Reads the generic parameters of a function.
    pub fn of(generics: &Generics) -> FloatScope {
        let own = scalar_parameters(generics).first().map(Ident::to_string);
        FloatScope(PARAMETER.replace(own))
    }
}

impl Drop for FloatScope {
    fn drop(&mut self) {
        PARAMETER.replace(self.0.take());
    }
}

/// The type parameters bound by `Scalar`.
pub fn scalar_parameters(generics: &Generics) -> Vec<Ident> {
    let params = generics.type_params();
    let bounded = params.filter(|param| {
        is_scalar(param.bounds.to_token_stream()) || bounded_below(generics, &param.ident)
    });
    bounded.map(|param| param.ident.clone()).collect()
}

fn is_scalar(bounds: TokenStream) -> bool {
    let mut tokens = bounds.into_iter();
    tokens.any(|token| matches!(token, TokenTree::Ident(ident) if ident == "Scalar"))
}

/// Whether the `where` clause says that `name` is a `Scalar`.
fn bounded_below(generics: &Generics, name: &Ident) -> bool {
    let predicates = generics.where_clause.iter();
    let mut predicates = predicates.flat_map(|clause| &clause.predicates);
    predicates.any(|predicate| match predicate {
        WherePredicate::Type(ty) => {
            matches!(&ty.bounded_ty, Type::Path(path) if path.path.is_ident(name))
                && is_scalar(ty.bounds.to_token_stream())
        }
        _ => false,
    })
}

/// The type parameter that is the float, in a function that is generic over it.
pub fn parameter() -> Option<Ident> {
    PARAMETER.with_borrow(|name| Some(Ident::new(name.as_ref()?, Span::call_site())))
}

/// Whether a type is the float of the function.
pub fn is_float(path: &Path) -> bool {
    match parameter() {
        Some(parameter) => path.is_ident(&parameter),
        None => path.is_ident("f64") || path.is_ident("f32"),
    }
}

/// Whether a type is a plain float where these are constants.
pub fn is_constant_float(path: &Path) -> bool {
    parameter().is_some() && (path.is_ident("f64") || path.is_ident("f32"))
}

/// A number of our own as tokens.
pub fn number(value: f64) -> TokenStream {
    let literal = Literal::f64_unsuffixed(value.abs());
    let sign = value.is_sign_negative().then(|| quote!(-));
    match (parameter(), &sign) {
        (Some(float), _) => {
            quote!(<#float as ::autodiff_runtime::Scalar>::from_f64(#sign #literal))
        }
        (None, Some(_)) => quote!((-#literal)),
        (None, None) => quote!(#literal),
    }
}

/// An integer as one of the function's floats.
pub fn from_integer(tokens: TokenStream, base: &TokenStream) -> TokenStream {
    match parameter() {
        Some(float) => {
            quote!(<#float as ::autodiff_runtime::Scalar>::from_f64((#tokens) as f64))
        }
        None => quote!((#tokens) as #base),
    }
}

/// One of the function's floats as an `f64`.
pub fn to_f64(tokens: TokenStream) -> TokenStream {
    match parameter() {
        Some(_) => quote!(::autodiff_runtime::private::to_f64(&#tokens)),
        None => quote!(#tokens as f64),
    }
}

/// The `where` clause of derivatives: tangents hold no references, so a float that is a type
/// parameter must hold none either.
pub fn owned(clause: Option<syn::WhereClause>) -> Option<syn::WhereClause> {
    let Some(float) = parameter() else {
        return clause;
    };
    let predicates = clause.iter().flat_map(|clause| &clause.predicates);
    Some(syn::parse_quote!(where #(#predicates,)* #float: 'static))
}
