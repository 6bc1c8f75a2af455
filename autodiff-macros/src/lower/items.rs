//! Items inside of the function.
//!
//! They go to the top of every derivative, where both sweeps see them. What stands in an inner
//! block gets a name of its own there, so that it hides nothing elsewhere.

use super::Lower;
use crate::args::Args;
use crate::errors::Errors;
use crate::ir::*;
use crate::signature::float::FloatScope;
use crate::signature::{Function, Home, shape_of};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Item, Stmt};

/// An item that has been hoisted.
pub(super) struct Hoisted {
    name: Option<String>,
    tokens: String,
    /// The variable that stands for a constant of an inner block.
    constant: Option<VarId>,
}

impl Lower<'_> {
    /// The items of a block are in scope in all of it.
    pub(super) fn enter_items(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            if let Stmt::Item(item) = stmt {
                self.item(item);
            }
        }
    }

    fn item(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => Some(&item.ident),
            Item::Fn(item) => Some(&item.sig.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            Item::Use(_) | Item::Impl(_) => None,
            other => {
                self.errors.at(
                    other,
                    "only `const`, `use`, `fn`, `enum`, `struct`, `type` and `impl` items can stand inside of a \
                     differentiated function; move this item out of it",
                );
                return;
            }
        };
        // The same `use` in two blocks is one.
        let text = match item {
            Item::Use(_) => item.to_token_stream().to_string(),
            _ => format!("{:?} {}", item.span(), item.to_token_stream()),
        };
        if let Some(known) = self.items.iter().find(|known| known.tokens == text) {
            if let (Some(var), Some(name)) = (known.constant, name) {
                self.bind(&name.clone(), var);
            }
            return;
        }
        let inner = self.scopes.len() > 1;
        let constant = match item {
            Item::Const(item) if inner && item.ident != "_" => Some(self.inner_constant(item)),
            _ => None,
        };
        let name = name.map(ToString::to_string);
        let taken = constant.is_none()
            && name.as_ref().is_some_and(|name| {
                let other = self
                    .items
                    .iter()
                    .find(|known| known.name.as_ref() == Some(name));
                other.is_some_and(|other| other.constant.is_none())
            });
        if taken {
            self.errors.at(
                item,
                format!(
                    "there are two items called `{}` in this function, which `#[differentiate]` \
                     cannot tell apart; give one of them another name",
                    name.unwrap_or_default()
                ),
            );
            return;
        }
        let tokens = match item {
            Item::Const(item) => self.constant_item(item, constant),
            Item::Fn(item) => with_attribute(item),
            other => other.to_token_stream(),
        };
        self.items.push(Hoisted {
            name,
            tokens: text,
            constant,
        });
        let code = Code {
            tokens,
            reads: Vec::new(),
            pure: false,
            ty: Ty::Passive,
            span: item.span(),
        };
        let stmt = crate::ir::Stmt::Passive {
            code,
            defines: constant.into_iter().collect(),
            writes: Vec::new(),
        };
        let at = self.hoisted_items;
        self.regions[0].0.insert(at, stmt);
        self.hoisted_items += 1;
    }

    /// A variable that stands for the constant of an inner block.
    fn inner_constant(&mut self, item: &syn::ItemConst) -> VarId {
        let ty = match shape_of(&item.ty) {
            ty if ty.is_passive() => ty,
            _ => Ty::Opaque,
        };
        let ident = self
            .trace
            .names
            .fresh(&item.ident.to_string(), item.ident.span());
        let var = self.trace.push(Var {
            ident,
            ty,
            kind: Kind::Temp,
            mutated: false,
            moved: false,
            annotation: None,
            source_name: item.ident.to_string(),
            companion_of: None,
        });
        self.bind(&item.ident, var);
        var
    }

    fn constant_item(&self, item: &syn::ItemConst, constant: Option<VarId>) -> TokenStream {
        let mut item = item.clone();
        if let Some(var) = constant {
            item.ident = self.trace.var(var).ident.clone();
        }
        let value = self.renamed(item.expr.to_token_stream());
        let (ident, ty) = (&item.ident, self.renamed(item.ty.to_token_stream()));
        quote!(const #ident: #ty = #value;)
    }
}

/// A function inside of the function, with derivatives of its own if it has any.
fn with_attribute(item: &syn::ItemFn) -> TokenStream {
    let errors = Errors::default();
    let _float = FloatScope::of(&item.sig.generics);
    Function::read(item.clone(), Home::Module, &Args::default(), &errors);
    let marked = item.attrs.iter().any(|attr| {
        attr.path()
            .segments
            .last()
            .is_some_and(|last| last.ident == "differentiate")
    });
    if marked || !errors.is_empty() {
        return item.to_token_stream();
    }
    quote!(#[::autodiff_runtime::differentiate] #item)
}
