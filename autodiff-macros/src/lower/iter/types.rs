//! What type the items of an iterator have, as far as the tokens tell.

use super::super::Lower;
use super::super::closure::Func;
use super::{By, Iter};
use crate::ir::Ty;
use syn::{Expr, Pat};

impl Lower<'_> {
    pub(super) fn item_ty(&self, iter: &Iter) -> Ty {
        match iter {
            Iter::Elements { of, by } => {
                let element = self.ty_of_tokens(of).element();
                match by {
                    By::Value => element,
                    By::Shared => Ty::Ref(Box::new(element), false),
                    By::Mutable => Ty::Ref(Box::new(element), true),
                }
            }
            Iter::Count(_) | Iter::Range(_) => Ty::Passive,
            Iter::Windows { of, .. } | Iter::Chunks { of, .. } => {
                let element = self.ty_of_tokens(of).element();
                Ty::Ref(Box::new(Ty::Slice(Box::new(element))), false)
            }
            Iter::Once(value) | Iter::Repeat(value) => self.ty_of_tokens(value),
            Iter::Zip(a, b) => Ty::Tuple(vec![self.item_ty(a), self.item_ty(b)]),
            Iter::Enumerate(inner) => Ty::Tuple(vec![Ty::Passive, self.item_ty(inner)]),
            Iter::Chain(inner, _)
            | Iter::Rev(inner)
            | Iter::Take(inner, _)
            | Iter::Skip(inner, _)
            | Iter::StepBy(inner, _)
            | Iter::Inspect(inner, _)
            | Iter::Filter(inner, _)
            | Iter::TakeWhile(inner, _)
            | Iter::SkipWhile(inner, _) => self.item_ty(inner),
            Iter::Copied(inner) => self.item_ty(inner).behind().clone(),
            Iter::Map(inner, func) => self.value_ty(func, vec![self.item_ty(inner)]),
            _ => Ty::Unknown,
        }
    }

    fn ty_of_tokens(&self, tokens: &proc_macro2::TokenStream) -> Ty {
        syn::parse2::<Expr>(tokens.clone()).map_or(Ty::Unknown, |expr| self.ty_of(&expr))
    }

    /// The type of what a function gives for arguments of these types.
    fn value_ty(&self, func: &Func, args: Vec<Ty>) -> Ty {
        match func {
            Func::Closure(closure) => {
                let before = self.guesses.borrow().len();
                for (pat, ty) in closure.inputs.iter().zip(args) {
                    self.guess(pat, ty);
                }
                let ty = self.body_ty(&closure.body);
                self.guesses.borrow_mut().truncate(before);
                ty
            }
            Func::Path(Expr::Path(path)) => {
                let mut names = path.path.segments.iter().rev().map(|s| s.ident.to_string());
                let (name, of) = (names.next(), names.next());
                let float = matches!(of.as_deref(), Some("f64" | "f32"));
                match float && name.is_some_and(|name| crate::rule::row(&name).is_some()) {
                    true => Ty::Real,
                    false => Ty::Unknown,
                }
            }
            Func::Path(_) => Ty::Unknown,
        }
    }

    /// Supposes that `pat` is bound to something of type `ty`.
    fn guess(&self, pat: &Pat, ty: Ty) {
        match (pat, ty) {
            (Pat::Ident(ident), ty) => {
                let known = (ident.ident.to_string(), ty);
                self.guesses.borrow_mut().push(known);
            }
            (Pat::Type(typed), _) => self.guess(&typed.pat, crate::signature::shape_of(&typed.ty)),
            (Pat::Reference(inner), Ty::Ref(ty, _)) => self.guess(&inner.pat, *ty),
            (Pat::Reference(inner), ty) => self.guess(&inner.pat, ty),
            (Pat::Tuple(tuple), ty) => {
                let parts = match ty.behind() {
                    Ty::Tuple(parts) => parts.clone(),
                    _ => Vec::new(),
                };
                for (k, pat) in tuple.elems.iter().enumerate() {
                    self.guess(pat, parts.get(k).cloned().unwrap_or(Ty::Unknown));
                }
            }
            (Pat::Slice(slice), ty) => {
                for pat in &slice.elems {
                    self.guess(pat, ty.element());
                }
            }
            _ => {}
        }
    }

    fn body_ty(&self, body: &Expr) -> Ty {
        let Expr::Block(block) = body else {
            return self.ty_of(body);
        };
        let mut ty = Ty::Unknown;
        for stmt in &block.block.stmts {
            match stmt {
                syn::Stmt::Local(local) => {
                    if let Some(init) = &local.init {
                        self.guess(&local.pat, self.ty_of(&init.expr));
                    }
                }
                syn::Stmt::Expr(tail, None) => ty = self.body_ty(tail),
                _ => {}
            }
        }
        ty
    }

    /// The type of a chain that ends with a consumer.
    pub(in crate::lower) fn chain_ty(&self, call: &syn::ExprMethodCall) -> Ty {
        let said = call.turbofish.as_ref().and_then(|fish| fish.args.first());
        let said = match said {
            Some(syn::GenericArgument::Type(ty)) => Some(crate::signature::shape_of(ty)),
            _ => None,
        };
        match call.method.to_string().as_str() {
            "any" | "all" | "count" | "position" => Ty::Passive,
            "sum" | "product" => said.unwrap_or(Ty::Unknown),
            "fold" => match call.args.first().map(|init| self.ty_of(init)) {
                Some(ty @ (Ty::Passive | Ty::Real)) => ty,
                _ => Ty::Unknown,
            },
            "collect" => match said {
                Some(Ty::Passive) => Ty::Passive,
                _ => Ty::Unknown,
            },
            _ => Ty::Unknown,
        }
    }
}
