//! The struct under the derive, read.

use crate::errors::Errors;
use crate::signature::{mentions, shape_of};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Data, DeriveInput, Generics, Member, Type, Visibility};

/// One field.
pub struct Field {
    pub member: Member,
    pub vis: Visibility,
    pub ty: Type,
    pub active: bool,
}

impl Field {
    /// The number by which tangents find it.
    pub fn hash(&self) -> u64 {
        crate::names::field_hash(&self.member.to_token_stream().to_string())
    }
}

/// A struct that gets tangents.
pub struct Structure {
    pub name: Ident,
    pub vis: Visibility,
    pub generics: Generics,
    pub named: bool,
    pub fields: Vec<Field>,
    /// The name of the struct of its tangents.
    pub tangent: Ident,
    /// The parameter for the scalars of tangents.
    pub lane: Ident,
    /// The float of its tangents where none is said.
    pub float: TokenStream,
}

impl Structure {
    /// Reads the struct; reports what stands in the way.
    pub fn read(input: DeriveInput, errors: &Errors) -> Option<Structure> {
        let fields = match input.data {
            Data::Struct(data) => data.fields,
            Data::Enum(data) => return refuse(data.enum_token, errors),
            Data::Union(data) => return refuse(data.union_token, errors),
        };
        let named = matches!(fields, syn::Fields::Named(_));
        let fields: Vec<Field> = fields.members().zip(&fields).map(read_field).collect();
        if !fields.iter().any(|field| field.active) {
            errors.at(
                &input.ident,
                format!(
                    "`{}` has no field that can have a derivative; a parameter of this type is \
                     marked `#[constant]` instead",
                    input.ident
                ),
            );
            return None;
        }
        let single = fields.iter().filter(|field| field.active);
        let single = single.map(|field| field.ty.to_token_stream());
        let (mut f32, mut f64) = (false, false);
        for ty in single {
            f32 |= mentions(ty.clone(), "f32");
            f64 |= mentions(ty, "f64");
        }
        let taken = |name: &str| {
            let mut params = input.generics.type_params().map(|param| &param.ident);
            params.any(|param| param == name)
        };
        Some(Structure {
            tangent: format_ident!("{}Tangent", input.ident),
            lane: super::lane_name(taken),
            float: match f32 && !f64 {
                true => quote!(f32),
                false => quote!(f64),
            },
            name: input.ident,
            vis: input.vis,
            generics: input.generics,
            named,
            fields,
        })
    }

    /// Whether a field's type depends on a type parameter.
    pub fn is_generic(&self, field: &Field) -> bool {
        let mut params = self.generics.type_params();
        params.any(|param| mentions(field.ty.to_token_stream(), &param.ident.to_string()))
    }

    /// Whether a parameter of the struct occurs in a field that has a derivative.
    pub fn uses(&self, param: &syn::GenericParam) -> bool {
        let name = match param {
            syn::GenericParam::Type(param) => param.ident.to_string(),
            syn::GenericParam::Const(param) => param.ident.to_string(),
            syn::GenericParam::Lifetime(param) => param.lifetime.ident.to_string(),
        };
        let mut fields = self.fields.iter().filter(|field| field.active);
        let reference = matches!(param, syn::GenericParam::Lifetime(_));
        fields.any(|field| {
            // The tangent of a reference is owned.
            let ty = match &field.ty {
                Type::Reference(inner) if reference => inner.elem.to_token_stream(),
                ty => ty.to_token_stream(),
            };
            mentions(ty, &name)
        })
    }
}

fn refuse<T>(token: impl ToTokens, errors: &Errors) -> Option<T> {
    errors.at(
        token,
        "`Differentiable` can be derived for structs; the tangent of an enum would depend on its \
         variant. Mark a field or a parameter of this type `#[constant]`, and `match` on it",
    );
    None
}

fn read_field((member, field): (Member, &syn::Field)) -> Field {
    let constant = field
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("constant"));
    Field {
        member,
        vis: field.vis.clone(),
        active: !constant && shape_of(&field.ty).may_be_active() && !is_marker(&field.ty),
        ty: field.ty.clone(),
    }
}

/// Types of the standard library that hold no numbers.
fn is_marker(ty: &Type) -> bool {
    const MARKERS: &[&str] = &["PhantomData", "Duration", "Instant", "PathBuf", "Ordering"];
    match ty {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| MARKERS.contains(&last.ident.to_string().as_str()))
        }
        Type::Ptr(_) | Type::Never(_) => true,
        _ => false,
    }
}

/// A parameter as an `impl` declares it.
pub fn without_default(param: &syn::GenericParam) -> TokenStream {
    let mut param = param.clone();
    match &mut param {
        syn::GenericParam::Type(param) => param.default = None,
        syn::GenericParam::Const(param) => param.default = None,
        syn::GenericParam::Lifetime(_) => {}
    }
    param.to_token_stream()
}

/// A parameter as an argument.
pub fn argument(param: &syn::GenericParam) -> TokenStream {
    match param {
        syn::GenericParam::Type(param) => param.ident.to_token_stream(),
        syn::GenericParam::Const(param) => param.ident.to_token_stream(),
        syn::GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
    }
}
