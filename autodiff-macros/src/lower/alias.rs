//! Names that stand for a part of a variable: `let row = &mut w[r];`.
//!
//! A reference into active data is no value of its own: reading it reads the place, writing through
//! it writes the place, and its adjoint is that of the place. The name is therefore never declared
//! in the emitted code; passive code that mentions it gets the place instead.

use super::Lower;
use crate::ir::*;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use std::collections::HashSet;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, UnOp};

/// What a name bound to a reference stands for.
#[derive(Clone)]
pub(super) struct Alias {
    pub(super) place: Place,
    pub(super) mutable: bool,
    /// How many references there are: two for `&&x[i]`.
    depth: usize,
}

impl Alias {
    /// A reference to `place`.
    pub(super) fn shared(place: Place) -> Alias {
        Alias {
            place,
            mutable: false,
            depth: 1,
        }
    }
}

impl Lower<'_> {
    /// `let row = &w[r];`: from here on `row` stands for `w[r]`. False if `init` is something else.
    pub(super) fn let_alias(&mut self, ident: &Ident, init: &Expr) -> bool {
        let Some(alias) = self.reference(init) else {
            return false;
        };
        self.look_at(&alias, init);
        let ty = self.trace.place_ty(&alias.place);
        let var = self.user_var(ident, Ty::Ref(Box::new(ty), alias.mutable), Kind::Temp);
        self.aliases.insert(var, alias);
        self.bind(ident, var);
        true
    }

    /// What `expr` refers to, if it is a reference to a part of a variable of this function.
    pub(super) fn reference(&mut self, expr: &Expr) -> Option<Alias> {
        match expr {
            Expr::Paren(inner) => self.reference(&inner.expr),
            Expr::Group(inner) => self.reference(&inner.expr),
            Expr::Reference(outer) => {
                let mutable = outer.mutability.is_some();
                if let Some(inner) = self.named_alias(&outer.expr) {
                    let depth = inner.depth + 1;
                    return Some(Alias { depth, ..inner });
                }
                if let Expr::Reference(_) = &*outer.expr {
                    let inner = self.reference(&outer.expr)?;
                    let depth = inner.depth + 1;
                    return Some(Alias { depth, ..inner });
                }
                if !self.mentions_real(expr) {
                    return None;
                }
                let place = self.place(&outer.expr)?;
                let active = self.trace.place_ty(&place).may_be_active();
                active.then_some(Alias {
                    place,
                    mutable,
                    depth: 1,
                })
            }
            Expr::Path(_) => self.named_alias(expr),
            Expr::MethodCall(call) => self.chosen_reference(call),
            _ => None,
        }
    }

    fn named_alias(&self, expr: &Expr) -> Option<Alias> {
        let Expr::Path(path) = expr else { return None };
        let var = self.lookup(&path.path.get_ident()?.to_string())?;
        self.aliases.get(&var).cloned()
    }

    /// Whether `expr` is the name of an alias, or one followed through some references.
    pub(super) fn is_alias(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_alias(&inner.expr),
            Expr::Group(inner) => self.is_alias(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.is_alias(&unary.expr),
            _ => self.named_alias(expr).is_some(),
        }
    }

    /// A reference that the user takes panics where the part does not exist.
    fn look_at(&mut self, alias: &Alias, init: &Expr) {
        let checked = alias.place.path.iter().any(|step| match step {
            Step::Index(Operand::Var(var)) => !self.is_in_bounds(*var),
            Step::Index(Operand::Code(code)) => {
                code.reads.is_empty() || code.reads.iter().any(|var| !self.is_in_bounds(*var))
            }
            Step::Index(_) | Step::Field(_) | Step::Payload => false,
            Step::Range(code) => code.reads.iter().any(|var| !self.is_in_bounds(*var)),
        });
        if !checked || matches!(init, Expr::Path(_)) {
            return;
        }
        let of = crate::emit::place(&alias.place, &self.trace);
        let mut reads: Vec<VarId> = alias.place.index_reads().collect();
        reads.push(alias.place.root);
        let code = Code {
            tokens: quote!(let _ = &#of;),
            reads,
            pure: true,
            ty: Ty::Passive,
            span: init.span(),
        };
        self.emit(Stmt::Passive {
            code,
            defines: Vec::new(),
            writes: Vec::new(),
        });
    }

    fn is_in_bounds(&self, var: VarId) -> bool {
        self.in_bounds
            .contains(&self.trace.var(var).ident.to_string())
    }

    /// `&w[r]`, as often referred to as the name is. Passive code only looks.
    pub(super) fn alias_tokens(&self, var: VarId) -> TokenStream {
        let alias = &self.aliases[&var];
        let place = crate::emit::place(&alias.place, &self.trace);
        let ands = (1..alias.depth).map(|_| quote!(&));
        quote!(#(#ands)* & #place)
    }

    /// The place of an alias, without the detour over a reference where the code shows it.
    pub(super) fn put(&self, var: VarId, next: Option<&str>, out: &mut Vec<TokenTree>) {
        let alias = &self.aliases[&var];
        let place = crate::emit::place(&alias.place, &self.trace);
        let ty = self.trace.place_ty(&alias.place);
        let borrows = ty.is_real() || matches!(ty, Ty::Array(..) | Ty::Slice(_) | Ty::Vec(_));
        if next == Some("[") || (next == Some(".") && borrows) {
            return out.extend(place);
        }
        if alias.depth == 1 && ends_with_deref(out) {
            out.pop();
            return out.extend(place);
        }
        let group = Group::new(Delimiter::Parenthesis, self.alias_tokens(var));
        out.push(group.into());
    }
}

/// Whether the tokens end with a `*` that cannot be a multiplication.
fn ends_with_deref(tokens: &[TokenTree]) -> bool {
    let is = |token: Option<&TokenTree>, c: char| matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == c);
    let Some((last, before)) = tokens.split_last() else {
        return false;
    };
    let operator = match before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() != '?',
        Some(_) => false,
    };
    is(Some(last), '*') && operator
}

/// The names that patterns inside of an expression bind.
pub(super) fn bound_names(tokens: &TokenStream) -> HashSet<String> {
    struct Bound(HashSet<String>);
    impl<'ast> Visit<'ast> for Bound {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            self.0.insert(pat.ident.to_string());
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut bound = Bound(HashSet::new());
    if let Ok(expr) = syn::parse2::<Expr>(tokens.clone()) {
        bound.visit_expr(&expr);
    }
    bound.0
}
