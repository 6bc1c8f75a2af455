//! The user's signature, read: which parameters are active, how each is passed, what comes back.

pub mod float;

use crate::args::Args;
use crate::errors::Errors;
use crate::ir::Ty;
use crate::names::Names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{FnArg, ItemFn, Pat, ReturnType, Type};

/// How a parameter is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passing {
    Value,
    Shared,
    Mutable,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Param {
    pub ident: Ident,
    pub ty: Type,
    pub shape: Ty,
    pub passing: Passing,
    pub active: bool,
    /// `#[constant]`.
    pub marked_constant: bool,
    /// `mut x: T`.
    pub mut_binding: bool,
    /// The pattern, where the parameter is not a mere name.
    pub pattern: Option<Pat>,
    /// `self`; the identifier is the name under which it is bound.
    pub is_receiver: bool,
    /// The name of its tangent.
    pub dot: Ident,
    /// The name of its adjoint.
    pub bar: Ident,
}

impl Param {
    /// The type without the reference.
    pub fn referent(&self) -> &Type {
        match &self.ty {
            Type::Reference(reference) => &reference.elem,
            other => other,
        }
    }

    /// The name in the user's source.
    pub fn shown(&self) -> String {
        match self.is_receiver {
            true => "self".to_string(),
            false => self.ident.to_string(),
        }
    }

    /// Whether its adjoint is added to directly where the caller wants it.
    pub fn has_shadow(&self) -> bool {
        let aggregate = !matches!(self.shape, Ty::Real | Ty::Other) && !self.mut_binding;
        self.passing != Passing::Value || aggregate
    }
}

/// The precision of a function: the type of its floats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    F32,
    F64,
    /// The type parameter of a function over any `Scalar`.
    Parameter,
}

impl Base {
    pub fn tokens(self) -> TokenStream {
        match self {
            Base::F32 => quote!(f32),
            Base::F64 => quote!(f64),
            Base::Parameter => float::parameter().into_token_stream(),
        }
    }
}

/// Where a function stands, which decides where its derivatives can stand.
#[derive(Clone, Default)]
pub enum Home {
    /// In a module: its derivatives are found by a macro of its name.
    #[default]
    Module,
    /// In an `impl`, with the generic parameters of that as far as they are known: its derivatives
    /// are found through the type.
    Type(syn::Generics),
}

/// The receiver of a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receiver {
    /// `self`; derivatives borrow it.
    Value,
    Reference,
}

/// A function under `#[differentiate]`.
pub struct Function {
    pub home: Home,
    pub receiver: Option<Receiver>,
    pub item: ItemFn,
    pub params: Vec<Param>,
    /// What comes back, if anything; of an `Option` or a `Result`, what it holds.
    pub output: Option<Type>,
    /// The `Option` or `Result` itself.
    pub fallible: Option<syn::TypePath>,
    pub output_shape: Ty,
    pub base: Base,
    /// How many states of a loop reverse mode keeps, if not a record of each iteration.
    pub checkpoint: Option<usize>,
}

/// What the macro knows of a type from its tokens.
pub fn shape_of(ty: &Type) -> Ty {
    match ty {
        Type::Paren(inner) => shape_of(&inner.elem),
        Type::Group(inner) => shape_of(&inner.elem),
        Type::Reference(r) => passive_or(shape_of(&r.elem), |inner| {
            Ty::Ref(inner, r.mutability.is_some())
        }),
        Type::Slice(s) => passive_or(shape_of(&s.elem), Ty::Slice),
        Type::Array(a) => {
            let len = a.len.to_token_stream();
            passive_or(shape_of(&a.elem), |inner| Ty::Array(inner, Some(len)))
        }
        Type::Tuple(t) => {
            let parts: Vec<Ty> = t.elems.iter().map(shape_of).collect();
            if parts.iter().any(Ty::may_be_active) {
                Ty::Tuple(parts)
            } else {
                Ty::Passive
            }
        }
        Type::Path(path) if path.qself.is_none() => path_shape(&path.path),
        _ => Ty::Unknown,
    }
}

/// A container of passive things is passive.
fn passive_or(inner: Ty, wrap: impl FnOnce(Box<Ty>) -> Ty) -> Ty {
    if inner.may_be_active() {
        wrap(Box::new(inner))
    } else {
        Ty::Passive
    }
}

fn path_shape(path: &syn::Path) -> Ty {
    const PASSIVE: &[&str] = &[
        "bool", "char", "str", "String", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16",
        "i32", "i64", "i128", "isize",
    ];
    let Some(last) = path.segments.last() else {
        return Ty::Unknown;
    };
    let name = last.ident.to_string();
    match (&last.arguments, name.as_str()) {
        _ if float::is_float(path) => Ty::Real,
        _ if float::is_constant_float(path) => Ty::Opaque,
        (syn::PathArguments::None, "f64" | "f32") => Ty::Real,
        (syn::PathArguments::None, name) if PASSIVE.contains(&name) => Ty::Passive,
        (syn::PathArguments::AngleBracketed(args), "Vec") => match args.args.first() {
            Some(syn::GenericArgument::Type(inner)) => passive_or(shape_of(inner), Ty::Vec),
            _ => Ty::Unknown,
        },
        (syn::PathArguments::AngleBracketed(args), "Option") => match args.args.first() {
            Some(syn::GenericArgument::Type(inner)) => passive_or(shape_of(inner), Ty::Maybe),
            _ => Ty::Unknown,
        },
        _ => Ty::Unknown,
    }
}

/// Whether the name occurs in the tokens of a type.
pub fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

impl Function {
    /// Reads the signature; reports what stands in the way.
    pub fn read(mut item: ItemFn, home: Home, args: &Args, errors: &Errors) -> Function {
        let mut params = Vec::new();
        let mut receiver = None;
        let this = Names::new(item.to_token_stream()).fresh("this", Span::call_site());
        for input in &mut item.sig.inputs {
            match input {
                FnArg::Receiver(own) => {
                    let (kind, param) = read_receiver(own, &this, args, errors);
                    receiver = Some(kind);
                    params.push(param);
                }
                FnArg::Typed(typed) => params.extend(read_param(typed, args, errors)),
            }
        }
        check_wrt(&params, args, errors);
        let returned = match &item.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(&**ty),
        };
        let fallible = returned.and_then(fallible_type);
        let output = match &fallible {
            Some(wrapper) => element_type(&Type::Path(wrapper.clone())).cloned(),
            None => returned.cloned(),
        };
        let output = output.filter(|ty| !is_unit(ty));
        name_derivatives(&item, &mut params);
        let output_shape = output.as_ref().map_or(Ty::Passive, shape_of);
        let base = base_of(&params, &output);
        let (own, other) = match base {
            Base::F32 => ("f32", "f64"),
            _ => ("f64", "f32"),
        };
        for param in &mut params {
            let ty = param.ty.to_token_stream();
            if mentions(ty.clone(), other) && !mentions(ty, own) {
                param.shape = param.shape.clone().with_floats(&Ty::Other);
            }
        }
        let function = Function {
            home,
            receiver,
            item,
            params,
            output,
            fallible,
            output_shape,
            base,
            checkpoint: args.checkpoint.as_ref().map(|checkpoint| checkpoint.limit),
        };
        function.check(errors);
        function
    }

    fn check(&self, errors: &Errors) {
        let sig = &self.item.sig;
        if let Some(asyncness) = &sig.asyncness {
            errors.at(
                asyncness,
                "an `async` function cannot be differentiated: its result does not exist when it \
                 returns; differentiate the computation and await outside of it",
            );
        }
        if let syn::Safety::Unsafe(unsafety) = &sig.safety {
            errors.at(
                unsafety,
                "an `unsafe` function cannot be differentiated: the macro must know what memory \
                 it touches; write the computation over slices and indices",
            );
        }
        check_generics(&sig.generics, errors);
        if let Some(output) = &self.output {
            self.check_output(output, errors);
        }
        let no_input = !self.params.iter().any(|param| param.active);
        if no_input && errors.is_empty() {
            errors.at(
                &sig.ident,
                format!(
                    "`{}` has no active input: none of its parameters is a float or holds floats; \
                     there is nothing to differentiate with respect to",
                    sig.ident
                ),
            );
        }
        let writes = self
            .params
            .iter()
            .any(|p| p.active && p.passing == Passing::Mutable);
        let returns = self.output.is_some() && self.output_shape.may_be_active();
        if !no_input && !returns && !writes {
            errors.at(
                &sig.ident,
                format!(
                    "`{}` has no active output: it neither returns floats nor writes to a `&mut` \
                     parameter that holds floats; there is nothing to differentiate",
                    sig.ident
                ),
            );
        }
    }

    fn check_output(&self, output: &Type, errors: &Errors) {
        if is_unnameable(output) {
            errors.at(output, unknown_type(output));
        } else if matches!(self.output_shape, Ty::Ref(..)) {
            errors.at(
                output,
                "a reference cannot be returned from a differentiated function; return the value \
                 (an array, a `Vec`) or write to a `&mut` parameter",
            );
        }
    }

    /// `ty` in the `Option` or `Result` that the function returns, or alone.
    pub fn wrapped(&self, ty: &TokenStream) -> TokenStream {
        let Some(wrapper) = &self.fallible else {
            return ty.clone();
        };
        let mut wrapper = wrapper.clone();
        if let Some(last) = wrapper.path.segments.last_mut()
            && let syn::PathArguments::AngleBracketed(args) = &mut last.arguments
            && let Some(first) = args
                .args
                .iter_mut()
                .find(|arg| matches!(arg, syn::GenericArgument::Type(_)))
        {
            *first = syn::GenericArgument::Type(Type::Verbatim(ty.clone()));
        }
        wrapper.to_token_stream()
    }

    pub fn name(&self) -> &Ident {
        &self.item.sig.ident
    }

    /// The active parameters, in order.
    pub fn active(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.active)
    }

    /// Whether the function returns one float.
    pub fn is_scalar_valued(&self) -> bool {
        matches!(self.output_shape, Ty::Real)
    }
}

/// An `Option` or a `Result`, by whatever path.
fn fallible_type(ty: &Type) -> Option<syn::TypePath> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let named = last.ident == "Option" || last.ident == "Result";
    (named && element_type(ty).is_some()).then(|| path.clone())
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

fn contains_unknown(ty: &Ty) -> bool {
    match ty {
        Ty::Unknown => true,
        Ty::Array(inner, _)
        | Ty::Slice(inner)
        | Ty::Vec(inner)
        | Ty::Maybe(inner)
        | Ty::Ref(inner, _) => contains_unknown(inner),
        Ty::Tuple(parts) => parts.iter().any(contains_unknown),
        Ty::Real | Ty::Other | Ty::Passive | Ty::Opaque => false,
    }
}

/// Whether there is a type in it of which nobody can say what its tangent is.
fn is_unnameable(ty: &Type) -> bool {
    use syn::visit::Visit;
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_type(&mut self, ty: &'ast Type) {
            let unnameable = matches!(
                ty,
                Type::ImplTrait(_)
                    | Type::TraitObject(_)
                    | Type::Ptr(_)
                    | Type::FnPtr(_)
                    | Type::Infer(_)
                    | Type::Macro(_)
            );
            self.0 |= unnameable;
            syn::visit::visit_type(self, ty);
        }
    }
    let mut find = Find(false);
    find.visit_type(ty);
    find.0
}

fn unknown_type(ty: &Type) -> String {
    format!(
        "the macro cannot see through the type `{}`; floats, arrays, slices, `Vec`s and tuples of \
         them are differentiated. If nothing in it is to be differentiated, mark the parameter \
         `#[constant]` or name the active ones by `#[differentiate(wrt(…))]`",
        tidy(ty)
    )
}

/// A type as one writes it: without the spaces between tokens.
fn tidy(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, tight) in [
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        ("* ", "*"),
        (" :: ", "::"),
        (" ,", ","),
        (" ;", ";"),
    ] {
        text = text.replace(spaced, tight);
    }
    text.replace("->", " ->").replace("  ->", " ->")
}

fn read_param(typed: &mut syn::PatType, args: &Args, errors: &Errors) -> Option<Param> {
    let constant = typed
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("constant"));
    typed.attrs.retain(|attr| !attr.path().is_ident("constant"));
    let mut pattern = None;
    let (ident, mut_binding) = match &*typed.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            (pat.ident.clone(), pat.mutability.is_some())
        }
        Pat::Wild(wild) => (Ident::new("_unnamed", wild.underscore_token.span), false),
        other => {
            pattern = Some(other.clone());
            (Ident::new("_unnamed", other.span()), false)
        }
    };
    let ty = (*typed.ty).clone();
    let passing = match &ty {
        Type::Reference(reference) if reference.mutability.is_some() => Passing::Mutable,
        Type::Reference(_) => Passing::Shared,
        _ => Passing::Value,
    };
    let mut shape = shape_of(&ty);
    let chosen = args.wrt.as_ref().is_none_or(|names| names.contains(&ident));
    let active = !constant && chosen && shape.may_be_active();
    let mut active = active;
    if active && is_unnameable(&ty) {
        errors.at(&ty, unknown_type(&ty));
        // The stubs after the error take it as a constant.
        active = false;
    } else if active && holds_references(&shape) {
        errors.at(
            &ty,
            "references inside of an active parameter are not supported yet; pass a slice of \
             values, or mark the parameter `#[constant]`",
        );
    }
    if !active && contains_unknown(&shape) {
        shape = match passing {
            Passing::Value => Ty::Opaque,
            Passing::Shared => Ty::Ref(Box::new(Ty::Opaque), false),
            Passing::Mutable => Ty::Ref(Box::new(Ty::Opaque), true),
        };
    }
    let (dot, bar) = (
        Ident::new("dot", ident.span()),
        Ident::new("bar", ident.span()),
    );
    Some(Param {
        ident,
        ty,
        shape,
        passing,
        active,
        marked_constant: constant,
        mut_binding,
        pattern,
        is_receiver: false,
        dot,
        bar,
    })
}

/// `self`, under a name that can be bound.
fn read_receiver(
    receiver: &mut syn::Receiver,
    this: &Ident,
    args: &Args,
    errors: &Errors,
) -> (Receiver, Param) {
    let constant = receiver
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("constant"));
    receiver
        .attrs
        .retain(|attr| !attr.path().is_ident("constant"));
    let own = Ident::new("self", this.span());
    let chosen = args.wrt.as_ref().is_none_or(|names| names.contains(&own));
    let (kind, passing, ty) = match &receiver.kind {
        syn::ReceiverKind::Reference(_, lifetime, Some(_)) => (
            Receiver::Reference,
            Passing::Mutable,
            syn::parse_quote!(& #lifetime mut Self),
        ),
        syn::ReceiverKind::Reference(_, lifetime, None) => (
            Receiver::Reference,
            Passing::Shared,
            syn::parse_quote!(& #lifetime Self),
        ),
        kind => {
            if !matches!(kind, syn::ReceiverKind::Value) {
                errors.at(
                    &*receiver,
                    "a receiver of this type is not supported by `#[differentiate]`; use `self`, \
                     `&self` or `&mut self`",
                );
            }
            (Receiver::Value, Passing::Shared, syn::parse_quote!(&Self))
        }
    };
    let active = !constant && chosen;
    let inside = if active { Ty::Unknown } else { Ty::Opaque };
    let param = Param {
        ident: this.clone(),
        ty,
        shape: Ty::Ref(Box::new(inside), passing == Passing::Mutable),
        passing,
        active,
        marked_constant: constant,
        mut_binding: false,
        pattern: None,
        is_receiver: true,
        dot: this.clone(),
        bar: this.clone(),
    };
    (kind, param)
}

/// Names tangents and adjoints after the parameters, unless the user has such a name.
fn name_derivatives(item: &ItemFn, params: &mut [Param]) {
    let mut names = Names::new(item.to_token_stream());
    for param in params {
        if param.ident == "_unnamed" {
            param.ident = names.fresh("argument", param.ident.span());
        }
        let name = param.shown();
        param.dot = names.fresh(&format!("{name}_dot"), param.ident.span());
        param.bar = names.fresh(&format!("{name}_bar"), param.ident.span());
    }
}

/// A reference anywhere but at the outside.
fn holds_references(ty: &Ty) -> bool {
    fn any(ty: &Ty) -> bool {
        match ty {
            Ty::Ref(..) => true,
            Ty::Array(inner, _) | Ty::Slice(inner) | Ty::Vec(inner) | Ty::Maybe(inner) => {
                any(inner)
            }
            Ty::Tuple(parts) => parts.iter().any(any),
            _ => false,
        }
    }
    match ty {
        Ty::Ref(inner, _) => any(inner),
        other => any(other),
    }
}

fn check_wrt(params: &[Param], args: &Args, errors: &Errors) {
    let names: Vec<String> = params
        .iter()
        .map(|param| format!("`{}`", param.shown()))
        .collect();
    for name in args.wrt.iter().flatten() {
        match params.iter().find(|param| *name == param.shown()) {
            None => errors.at(
                name,
                format!(
                    "`wrt` names no parameter of this function: there is no `{name}`, only {}",
                    names.join(", ")
                ),
            ),
            Some(param) if param.marked_constant => errors.at(
                name,
                format!(
                    "`{name}` is marked `#[constant]`; remove the mark, or remove it from `wrt`"
                ),
            ),
            Some(param) if !param.active && matches!(param.shape, Ty::Passive) => errors.at(
                name,
                format!(
                    "`{name}` is constant: a `{}` has no derivative; remove it from `wrt`",
                    tidy(&param.ty)
                ),
            ),
            Some(_) => {}
        }
    }
    let listed: Vec<&Ident> = args.wrt.iter().flatten().collect();
    for (k, name) in listed.iter().enumerate() {
        if listed[..k].contains(name) {
            errors.at(
                name,
                format!("`{name}` stands in `wrt` twice; once is enough"),
            );
        }
    }
}

/// The one type parameter that can be is the float.
fn check_generics(generics: &syn::Generics, errors: &Errors) {
    let floats = float::scalar_parameters(generics);
    for parameter in generics.type_params() {
        let message = match floats.iter().position(|float| *float == parameter.ident) {
            Some(0) => continue,
            Some(_) => format!(
                "a differentiated function has one float type, and `{}` is it; use `{}` alone",
                floats[0], floats[0]
            ),
            None => format!(
                "a function that is generic over `{}` cannot be differentiated: the macro cannot \
                 see through it; a float type is bound by `Scalar`, as in `T: Scalar`, and \
                 everything else is a concrete type (`const N: usize` is fine)",
                parameter.ident
            ),
        };
        errors.at(parameter, message);
    }
}

fn base_of(params: &[Param], output: &Option<Type>) -> Base {
    if float::parameter().is_some() {
        return Base::Parameter;
    }
    let active = params.iter().filter(|param| param.active);
    let single = active
        .clone()
        .any(|param| mentions(param.ty.to_token_stream(), "f32"))
        || output
            .as_ref()
            .is_some_and(|ty| mentions(ty.to_token_stream(), "f32"));
    let double = active
        .clone()
        .any(|param| mentions(param.ty.to_token_stream(), "f64"));
    if single && !double {
        Base::F32
    } else {
        Base::F64
    }
}

/// The type with every float replaced: the type of tangents and adjoints.
pub fn with_float(ty: &Type, float: &TokenStream) -> Type {
    struct Replace<'a>(&'a TokenStream);
    impl VisitMut for Replace<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::Path(path) = ty
                && float::is_float(&path.path)
            {
                *ty = Type::Verbatim(self.0.clone());
                return;
            }
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
    let mut ty = ty.clone();
    Replace(float).visit_type_mut(&mut ty);
    ty
}

/// The type of the tangent of a value of type `ty`: passive parts become `()`.
pub fn tangent_type(ty: &Type, float: &TokenStream) -> Type {
    match (ty, shape_of(ty)) {
        (_, Ty::Passive | Ty::Opaque) => syn::parse_quote!(()),
        (Type::Tuple(tuple), _) => {
            let parts = tuple.elems.iter().map(|part| tangent_type(part, float));
            Type::Verbatim(quote!((#(#parts,)*)))
        }
        (Type::Array(array), _) => {
            let element = tangent_type(&array.elem, float);
            let len = &array.len;
            Type::Verbatim(quote!([#element; #len]))
        }
        (Type::Slice(slice), _) => {
            let element = tangent_type(&slice.elem, float);
            Type::Verbatim(quote!([#element]))
        }
        (Type::Path(_), Ty::Maybe(_)) => match element_type(ty) {
            Some(element) => {
                let element = tangent_type(element, float);
                Type::Verbatim(quote!(::core::option::Option<#element>))
            }
            None => with_float(ty, float),
        },
        (Type::Path(_), Ty::Vec(_)) => match element_type(ty) {
            Some(element) => {
                let element = tangent_type(element, float);
                Type::Verbatim(quote!(::std::vec::Vec<#element>))
            }
            None => with_float(ty, float),
        },
        (_, Ty::Unknown) => hidden_tangent(ty, float),
        _ => with_float(ty, float),
    }
}

/// The tangent type of what the macro cannot see through.
fn hidden_tangent(ty: &Type, lane: &TokenStream) -> Type {
    let span = ty.span();
    Type::Verbatim(quote_spanned! {span=>
        <#ty as ::autodiff_runtime::private::ZeroLike<#lane>>::Zero
    })
}

/// The `T` of a `Vec<T>`.
fn element_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    match &path.path.segments.last()?.arguments {
        syn::PathArguments::AngleBracketed(args) => args.args.iter().find_map(|arg| match arg {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
}

/// The type in which the gradient with respect to a value of type `ty` is owned: slices become
/// `Vec`s.
pub fn owned_tangent(ty: &Type, float: &TokenStream) -> Type {
    match ty {
        Type::Reference(reference) => owned_tangent(&reference.elem, float),
        Type::Slice(slice) => {
            let element = tangent_type(&slice.elem, float);
            Type::Verbatim(quote!(::std::vec::Vec<#element>))
        }
        other => tangent_type(other, float),
    }
}
