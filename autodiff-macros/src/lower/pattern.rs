//! Patterns: what they are held against, what they bind, and whether they match.
//!
//! A pattern is taken apart into steps from a place into its parts, so that the names it binds are
//! loads with derivatives. What carries none is bound by Rust itself, in a `let` of its own.

use super::Lower;
use super::stmt::pattern_names;
use crate::ir::*;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, Pat};

/// What a pattern is held against.
pub(super) struct Subject {
    /// The expression to match on.
    pub(super) code: Code,
    /// Where its parts are, if it may carry derivatives.
    pub(super) place: Option<Place>,
    /// Whether names are bound to references into it.
    pub(super) by_ref: bool,
}

/// Why a pattern was not taken apart.
const OPAQUE_PATTERN: &str = "this pattern takes an active value apart in a way that \
     `#[differentiate]` cannot follow: tuples, arrays, slices, structs, `Some` and `Ok` are taken \
     apart, of other enums nothing is known; keep active values out of it";

impl Lower<'_> {
    /// The subject of a `match`, an `if let` or a `let` with a pattern.
    pub(super) fn subject(&mut self, expr: &Expr) -> Subject {
        let by_ref = matches!(expr, Expr::Reference(_))
            || matches!(self.ty_of(expr), Ty::Ref(..))
            || self.picks_reference(expr);
        let inner = bare(expr);
        if (self.ty_of(expr).is_passive() || !self.mentions_real(expr)) && !self.must_take(inner) {
            let code = match is_place(inner) {
                true => self.opaque(expr),
                false => {
                    let code = self.opaque(expr);
                    self.held(code)
                }
            };
            return Subject {
                code,
                place: None,
                by_ref,
            };
        }
        if is_place(inner)
            && let Some(place) = self.place(inner)
        {
            return Subject {
                code: self.opaque(expr),
                place: Some(place),
                by_ref,
            };
        }
        let operand = self.value(inner);
        self.subject_of(operand, by_ref && !matches!(inner, Expr::Call(_)))
    }

    /// Whether an expression has to be lowered although no active variable stands in it.
    fn must_take(&self, expr: &Expr) -> bool {
        super::exits::escapes(expr)
    }

    /// A value as the subject of a pattern.
    pub(super) fn subject_of(&mut self, operand: Operand, by_ref: bool) -> Subject {
        let place = operand.var().map(Place::whole);
        operand.var().into_iter().for_each(|var| self.pin(var));
        let code = match operand {
            Operand::Code(code) => code,
            other => {
                let tokens = crate::emit::operand(&other, &self.trace);
                Code {
                    tokens: if by_ref { quote!(&#tokens) } else { tokens },
                    reads: other.reads().to_vec(),
                    pure: true,
                    ty: self.trace.operand_ty(&other),
                    span: proc_macro2::Span::mixed_site(),
                }
            }
        };
        Subject {
            code,
            place,
            by_ref,
        }
    }

    /// Gives an intermediate value that passive code mentions a name that stays.
    pub(super) fn pin(&mut self, var: VarId) {
        let of = self.trace.var(var);
        if of.source_name.is_empty() && of.ident.to_string().starts_with('v') {
            let ident = self.trace.names.fresh("whole", of.ident.span());
            self.trace.var_mut(var).ident = ident;
        }
    }

    /// The code as a variable that is evaluated once.
    fn held(&mut self, code: Code) -> Code {
        let (ty, span) = (code.ty.clone(), code.span);
        match self.hold(code) {
            Operand::Code(code) => code,
            other => Code {
                tokens: crate::emit::operand(&other, &self.trace),
                reads: other.reads().to_vec(),
                pure: true,
                ty,
                span,
            },
        }
    }

    /// Binds the names of a pattern that is known to match.
    pub(super) fn bind_matched(&mut self, pat: &Pat, subject: &Subject) {
        match &subject.place {
            Some(place) => self.bind_place(pat, place, subject.by_ref, &subject.code),
            None => self.bind_passive(pat, &subject.code, subject.by_ref),
        }
    }

    /// Binds the names of a pattern that stands in place of a parameter.
    pub(super) fn take_apart_parameter(&mut self, pat: &Pat, param: VarId) {
        let by_ref = matches!(self.trace.ty(param), Ty::Ref(..));
        let mut subject = self.subject_of(Operand::Var(param), false);
        subject.by_ref = by_ref;
        if !self.trace.ty(param).may_be_active() {
            subject.place = None;
        }
        self.bind_matched(pat, &subject);
    }

    /// Binds the names of a pattern to the parts of a value.
    pub(super) fn bind_value(
        &mut self,
        pat: &Pat,
        operand: Operand,
        annotation: Option<&syn::Type>,
    ) {
        match pat {
            Pat::Wild(_) => {}
            Pat::Paren(inner) => self.bind_value(&inner.pat, operand, annotation),
            Pat::Type(typed) => self.bind_value(&typed.pat, operand, Some(&typed.ty)),
            Pat::Ident(ident) if super::stmt::plain(ident) => {
                self.name_value(ident, annotation, operand, pat.span());
            }
            _ => {
                if let (Some(var), Some(ty)) = (operand.var(), annotation)
                    && matches!(self.trace.ty(var), Ty::Unknown)
                {
                    self.trace.var_mut(var).ty = self.shape_of(ty);
                }
                let by_ref = matches!(self.trace.operand_ty(&operand), Ty::Ref(..));
                let subject = self.subject_of(operand, by_ref);
                self.bind_matched(pat, &subject);
            }
        }
    }

    /// Binds the names of a pattern to the parts of a place. `whole` is the expression that the
    /// outermost pattern was matched with, for what only Rust can take apart.
    fn bind_place(&mut self, pat: &Pat, place: &Place, by_ref: bool, whole: &Code) {
        if pattern_names(pat).is_empty() {
            return;
        }
        let ty = self.trace.place_ty(place);
        let by_ref = by_ref || matches!(ty, Ty::Ref(..)) && !place.is_whole();
        match pat {
            Pat::Paren(inner) => self.bind_place(&inner.pat, place, by_ref, whole),
            Pat::Type(inner) => self.bind_place(&inner.pat, place, by_ref, whole),
            Pat::Reference(inner) => self.bind_place(&inner.pat, place, false, whole),
            Pat::Ident(ident) => {
                self.bind_name(ident, place, by_ref);
                if let Some((_, inner)) = &ident.subpat {
                    self.bind_place(inner, place, by_ref, whole);
                }
            }
            Pat::Tuple(tuple) => self.bind_fields(&tuple.elems, place, by_ref, whole),
            Pat::TupleStruct(parts) if is_variant(&parts.path, &["Some", "Ok"]) => {
                let inner = step(place, Step::Payload);
                if let Some(pat) = parts.elems.first() {
                    self.bind_place(pat, &inner, by_ref, whole);
                }
            }
            Pat::TupleStruct(parts)
                if parts.path.get_ident().is_some() && !is_variant(&parts.path, &["Err"]) =>
            {
                self.bind_fields(&parts.elems, place, by_ref, whole);
            }
            Pat::Struct(parts) if parts.path.get_ident().is_some() => {
                for field in &parts.fields {
                    let inner = step(place, Step::Field(field.member.to_token_stream()));
                    self.bind_place(&field.pat, &inner, by_ref, whole);
                }
            }
            Pat::Slice(slice) => self.bind_elements(slice, place, by_ref, whole),
            other => self.bind_hazard(other, place, by_ref),
        }
    }

    /// The fields of a tuple, with `..` anywhere.
    fn bind_fields(
        &mut self,
        pats: &syn::punctuated::Punctuated<Pat, syn::Token![,]>,
        place: &Place,
        by_ref: bool,
        whole: &Code,
    ) {
        let rest = pats.iter().position(|pat| matches!(pat, Pat::Rest(_)));
        let arity = match self.trace.place_ty(place).behind() {
            Ty::Tuple(parts) => Some(parts.len()),
            _ => None,
        };
        for (k, pat) in pats.iter().enumerate() {
            let at = match (rest, arity) {
                (Some(rest), _) if k == rest => continue,
                (Some(rest), Some(arity)) if k > rest => k + arity - pats.len(),
                (Some(rest), None) if k > rest => {
                    self.errors.at(
                        pat,
                        "how many parts the `..` before this leaves out is not known here; write \
                         `_` for each of them",
                    );
                    continue;
                }
                _ => k,
            };
            let field = Literal::usize_unsuffixed(at).to_token_stream();
            let inner = step(place, Step::Field(field));
            self.bind_place(pat, &inner, by_ref, whole);
        }
    }

    /// The elements of an array or a slice, with `..` anywhere.
    fn bind_elements(&mut self, slice: &syn::PatSlice, place: &Place, by_ref: bool, whole: &Code) {
        let pats: Vec<&Pat> = slice.elems.iter().collect();
        let rest = pats.iter().position(|pat| is_rest(pat));
        for (k, pat) in pats.iter().enumerate() {
            if pattern_names(pat).is_empty() {
                continue;
            }
            let from_end = pats.len() - k;
            let after = match rest {
                Some(rest) if k > rest => Step::Index(self.index_from_end(place, from_end)),
                Some(rest) if k == rest => Step::Range(self.range_up_to(place, k, from_end - 1)),
                _ => Step::Index(Operand::Code(number(k))),
            };
            let inner = step(place, after);
            match (pat, rest) {
                (Pat::Ident(ident), Some(rest)) if k == rest => {
                    self.bind_name(ident, &inner, true);
                }
                _ => self.bind_place(pat, &inner, by_ref, whole),
            }
        }
    }

    /// `place.len() - back`, as a variable.
    fn index_from_end(&mut self, place: &Place, back: usize) -> Operand {
        let (of, back) = (
            crate::emit::place(place, &self.trace),
            Literal::usize_unsuffixed(back),
        );
        let mut code = number(0);
        code.tokens = quote!((#of).len() - #back);
        code.reads = std::iter::once(place.root)
            .chain(place.index_reads())
            .collect();
        self.hold(code)
    }

    /// `from..place.len() - back`.
    fn range_up_to(&mut self, place: &Place, from: usize, back: usize) -> Code {
        let from = Literal::usize_unsuffixed(from);
        let mut code = number(0);
        code.tokens = quote!(#from..);
        if back > 0 {
            let end = self.index_from_end(place, back);
            code.reads = end.reads().to_vec();
            let end = crate::emit::operand(&end, &self.trace);
            code.tokens = quote!(#from..#end);
        }
        code
    }

    /// One name for a place: its value, or a reference into it.
    fn bind_name(&mut self, ident: &syn::PatIdent, place: &Place, by_ref: bool) {
        if by_ref || ident.by_ref.is_some() {
            return self.alias(&ident.ident, place);
        }
        let ty = self.trace.place_ty(place);
        let whole = place.is_whole() && !matches!(self.trace.ty(place.root), Ty::Ref(..));
        let inside = place.path.iter().any(|step| matches!(step, Step::Payload));
        let operand = match whole && self.trace.var(place.root).kind != Kind::Slot {
            true => Operand::Var(place.root),
            false if inside && !ty.is_copy() && !ty.is_passive() => {
                self.copy_to_move(place.clone(), ty.clone(), ident.span())
            }
            false => self.eqn(
                Op::Load(place.clone()),
                Vec::new(),
                ty.clone(),
                ident.span(),
            ),
        };
        if !ty.is_copy() && !ty.is_passive() {
            self.trace.var_mut(place.root).moved = true;
        }
        self.name_value(ident, None, operand, ident.span());
    }

    /// From here on `ident` is a reference to `place`.
    pub(super) fn alias(&mut self, ident: &Ident, place: &Place) {
        self.pin(place.root);
        let ty = self.trace.place_ty(place);
        let active = ty.may_be_active();
        let var = self.user_var(ident, Ty::Ref(Box::new(ty), false), Kind::Temp);
        if active {
            self.aliases
                .insert(var, super::alias::Alias::shared(place.clone()));
        } else {
            let mut reads: Vec<VarId> = place.index_reads().collect();
            reads.push(place.root);
            let name = self.trace.var(var).ident.clone();
            let of = crate::emit::place(place, &self.trace);
            self.passive(quote!(let #name = &#of;), ident.span(), reads, vec![var]);
        }
        self.bind(ident, var);
    }

    /// Leaves a part of a pattern to Rust; an error if what it binds is active.
    fn bind_hazard(&mut self, pat: &Pat, place: &Place, by_ref: bool) {
        let of = crate::emit::place(place, &self.trace);
        let code = Code {
            tokens: if by_ref { quote!(&#of) } else { of },
            reads: std::iter::once(place.root)
                .chain(place.index_reads())
                .collect(),
            pure: true,
            ty: Ty::Unknown,
            span: pat.span(),
        };
        let fails = matches!(pat, Pat::TupleStruct(p) if is_variant(&p.path, &["Err"]));
        if fails {
            self.trace.var_mut(place.root).moved = true;
        } else {
            self.hazard(vec![place.root], pat, OPAQUE_PATTERN);
        }
        self.bind_passive(pat, &code, by_ref);
    }

    /// Names without derivatives, bound by Rust.
    fn bind_passive(&mut self, pat: &Pat, code: &Code, by_ref: bool) {
        let names = pattern_names(pat);
        if names.is_empty() {
            return;
        }
        let mut defines = Vec::new();
        for (ident, mutable) in names {
            let (ty, kind) = match mutable {
                true => (Ty::Unknown, Kind::Slot),
                false if by_ref => (Ty::Ref(Box::new(Ty::Opaque), false), Kind::Temp),
                false => (Ty::Opaque, Kind::Temp),
            };
            let var = self.user_var(&ident, ty, kind);
            self.bind(&ident, var);
            defines.push(var);
        }
        let pattern = self.renamed_pattern(pat);
        let value = &code.tokens;
        self.passive(
            quote!(let #pattern = #value else { ::core::unreachable!() };),
            code.span,
            code.reads.clone(),
            defines,
        );
    }

    /// The pattern with its names as they are emitted.
    pub(super) fn renamed_pattern(&self, pat: &Pat) -> TokenStream {
        let names = pattern_names(pat).into_iter().filter_map(|(ident, _)| {
            let var = self.lookup(&ident.to_string())?;
            Some((ident.to_string(), self.trace.var(var).ident.clone()))
        });
        let mut pat = pat.clone();
        Rebind {
            names: names.collect(),
        }
        .visit_pat_mut(&mut pat);
        pat.into_token_stream()
    }

    /// Names that only a condition sees: they are bound by Rust where the condition is evaluated.
    pub(super) fn bind_within(&mut self, pat: &Pat) -> Vec<VarId> {
        let names = pattern_names(pat);
        let mut vars = Vec::new();
        for (ident, _) in names {
            let var = self.user_var(&ident, Ty::Opaque, Kind::Temp);
            self.bind(&ident, var);
            vars.push(var);
        }
        vars
    }
}

/// The pattern with nothing bound but the names that `keep` contains.
pub(super) fn erased(pat: &Pat, keep: &HashMap<String, Ident>) -> TokenStream {
    let mut pat = pat.clone();
    Rebind {
        names: keep.clone(),
    }
    .visit_pat_mut(&mut pat);
    pat.into_token_stream()
}

/// Gives the names of a pattern other names; those without one are no longer bound.
struct Rebind {
    names: HashMap<String, Ident>,
}

impl VisitMut for Rebind {
    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        if let Pat::Ident(ident) = pat
            && super::stmt::binds(ident)
        {
            let new = self.names.get(&ident.ident.to_string());
            match (new, &mut ident.subpat) {
                (Some(new), _) => ident.ident = new.clone(),
                (None, Some((_, inner))) => *pat = (**inner).clone(),
                (None, None) => {
                    *pat = Pat::Wild(syn::PatWild {
                        attrs: Vec::new(),
                        underscore_token: syn::Token![_](ident.ident.span()),
                    });
                    return;
                }
            }
        }
        syn::visit_mut::visit_pat_mut(self, pat);
    }

    fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
        if field.colon_token.is_none() {
            field.colon_token = Some(syn::Token![:](field.member.span()));
        }
        self.visit_pat_mut(&mut field.pat);
    }
}

fn step(place: &Place, step: Step) -> Place {
    let mut place = place.clone();
    place.path.push(step);
    place
}

/// A number that the macro writes.
pub(super) fn number(k: usize) -> Code {
    Code {
        tokens: Literal::usize_unsuffixed(k).to_token_stream(),
        reads: Vec::new(),
        pure: true,
        ty: Ty::Passive,
        span: proc_macro2::Span::mixed_site(),
    }
}

/// `..`, or a name for what it stands for.
pub(super) fn is_rest(pat: &Pat) -> bool {
    match pat {
        Pat::Rest(_) => true,
        Pat::Ident(ident) => matches!(&ident.subpat, Some((_, inner)) if is_rest(inner)),
        _ => false,
    }
}

/// Whether a path names one of these variants of the standard library.
fn is_variant(path: &syn::Path, names: &[&str]) -> bool {
    path.segments
        .last()
        .is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// The expression without parentheses and references.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        Expr::Group(inner) => bare(&inner.expr),
        Expr::Reference(inner) => bare(&inner.expr),
        other => other,
    }
}

/// Whether an expression denotes something that is there already.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Group(inner) => is_place(&inner.expr),
        Expr::Field(field) => is_place(&field.base),
        Expr::Index(index) => is_place(&index.expr) && is_place(&index.index),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_place(&unary.expr),
        _ => false,
    }
}
