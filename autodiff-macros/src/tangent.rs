//! `#[derive(Differentiable)]`: the struct of a struct's tangents, and what it can do.
//!
//! For `struct Camera { focal: f64, offset: [f64; 2], lens: Lens, id: u32 }` there appears
//!
//! ```text
//! struct CameraTangent<V = f64> { focal: V, offset: [V; 2], lens: <Lens as ZeroLike<V>>::Zero }
//! ```
//!
//! generic over the scalars of tangents: floats, several directions at once, nodes of a trace. What
//! has no derivative is absent, but answers to its name with `Still`, so that code which only knows
//! names need not know what is there.

mod arithmetic;
mod impls;
mod parts;
mod read;

use crate::errors::Errors;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use read::{Field, Structure};

/// The expansion of the derive.
pub fn expand(item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let structure = match syn::parse2(item) {
        Ok(input) => Structure::read(input, &errors),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let Some(structure) = structure else {
        return errors.into_tokens();
    };
    let (declaration, impls) = (structure.declaration(), structure.impls());
    let (parts, arithmetic) = (structure.parts(), structure.arithmetic());
    let messages = errors.into_tokens();
    quote!(#declaration #impls #parts #arithmetic #messages)
}

impl Structure {
    /// The struct of the tangents.
    fn declaration(&self) -> TokenStream {
        let (vis, tangent, lane, float) = (&self.vis, &self.tangent, &self.lane, &self.float);
        let params = self.generics.params.iter().filter(|param| self.uses(param));
        let params = params.map(read::without_default);
        let bounds = self.field_bounds(&quote!(#lane), &[]);
        let clause = self.clause(&bounds);
        let fields = self.fields.iter().filter_map(|field| self.declared(field));
        let body = match self.named {
            true => quote!(#clause { #(#fields,)* }),
            false => quote!((#(#fields,)*) #clause;),
        };
        let doc = format!(
            "Tangents and adjoints of [`{}`]: one number of type `{lane}` for each of its floats. \
             What has no derivative is absent.",
            self.name
        );
        quote! {
            #[doc = #doc]
            #vis struct #tangent<#(#params,)* #lane: ::autodiff_runtime::private::Coordinate = #float>
            #body
        }
    }

    fn declared(&self, field: &Field) -> Option<TokenStream> {
        let (vis, member, ty) = (&field.vis, &field.member, self.part_type(field)?);
        let doc = format!(
            "The part of [`{}::{}`].",
            self.name,
            member.to_token_stream()
        );
        Some(match self.named {
            true => quote!(#[doc = #doc] #vis #member: #ty),
            false => quote!(#[doc = #doc] #vis #ty),
        })
    }

    /// The type of a field's tangent over the generic scalars; none if it is absent. A tuple struct
    /// keeps `()` there, so that the others keep their numbers.
    fn part_type(&self, field: &Field) -> Option<TokenStream> {
        let lane = &self.lane;
        self.part_over(field, &quote!(#lane))
    }

    fn part_over(&self, field: &Field, lane: &TokenStream) -> Option<TokenStream> {
        match field.active {
            true => Some(crate::signature::owned_tangent(&field.ty, lane).into_token_stream()),
            false if self.named => None,
            false => Some(quote!(())),
        }
    }

    /// The fields that the tangent has.
    fn present(&self) -> impl Iterator<Item = &Field> {
        self.fields
            .iter()
            .filter(|field| field.active || !self.named)
    }

    /// The fields that have a derivative.
    fn active(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.active)
    }

    /// The tangent's type over `lane`.
    fn over(&self, lane: &TokenStream) -> TokenStream {
        let tangent = &self.tangent;
        let params = self.generics.params.iter().filter(|param| self.uses(param));
        let args = params.map(read::argument);
        quote!(#tangent<#(#args,)* #lane>)
    }

    /// `STangent { field: value(field), … }`.
    fn construct(&self, value: impl Fn(&Field) -> TokenStream) -> TokenStream {
        let tangent = &self.tangent;
        let fields = self.present().map(|field| {
            let (member, value) = (&field.member, value(field));
            quote!(#member: #value)
        });
        quote!(#tangent { #(#fields,)* })
    }

    /// `impl<…> … ` with the generic scalars, whose further bound is `bound`.
    fn over_lanes(&self, bound: TokenStream) -> TokenStream {
        let (lane, params) = (&self.lane, self.params());
        quote!(<#(#params,)* #lane: ::autodiff_runtime::private::Coordinate #bound>)
    }

    fn params(&self) -> Vec<TokenStream> {
        let params = self.generics.params.iter();
        params.map(read::without_default).collect()
    }

    /// The struct itself, with its arguments.
    fn itself(&self) -> TokenStream {
        let (name, (_, args, _)) = (&self.name, self.generics.split_for_impl());
        quote!(#name #args)
    }

    /// What has to hold of the fields whose types depend on a parameter: each has tangents over
    /// `lane`, and these satisfy `bounds`.
    fn field_bounds(&self, lane: &TokenStream, bounds: &[TokenStream]) -> Vec<TokenStream> {
        let mut predicates = Vec::new();
        for field in self.active().filter(|field| self.is_generic(field)) {
            let (ty, part) = (&field.ty, self.part_over(field, lane));
            let zero_like = quote!(::autodiff_runtime::private::ZeroLike);
            // A bound hides what the implementation says of an array of parameters.
            predicates.push(match crate::signature::shape_of(ty) {
                crate::ir::Ty::Unknown => quote!(#ty: #zero_like<#lane>),
                _ => quote!(#ty: #zero_like<#lane, Zero = #part>),
            });
            predicates.extend(bounds.iter().map(|bound| quote!(#part: #bound)));
        }
        predicates
    }

    /// The where clause of the user's with more predicates.
    fn clause(&self, predicates: &[TokenStream]) -> TokenStream {
        let own = self.generics.where_clause.iter();
        let own = own.flat_map(|clause| &clause.predicates);
        quote!(where #(#own,)* #(#predicates,)*)
    }
}

/// `name` as a parameter of the struct, unless the struct has one of that name.
fn lane_name(taken: impl Fn(&str) -> bool) -> Ident {
    match taken("V") {
        true => format_ident!("__V"),
        false => format_ident!("V"),
    }
}
