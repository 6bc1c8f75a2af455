//! Closures: their bodies are put where they are called.
//!
//! A closure bound by `let` is no value in the trace. At a call its parameters are bound to the
//! arguments and its body is lowered in the scope in which the closure was written, so that what it
//! captures (and changes) is what the names meant there. Passive code that mentions it gets it as
//! written.

use super::Lower;
use super::iter::item::Item;
use crate::ir::*;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, Pat};

/// A closure bound to a name.
#[derive(Clone)]
pub(super) struct Closure {
    closure: syn::ExprClosure,
    /// What the names in it mean.
    captures: Vec<(String, VarId)>,
    /// The closure under emitted names, for passive code.
    pub(super) tokens: TokenStream,
    /// What it changes.
    pub(super) written: Vec<VarId>,
    /// Whether a call is being lowered, which must not reach another one.
    active: bool,
}

impl Closure {
    pub(super) fn captured(&self) -> impl Iterator<Item = VarId> + '_ {
        self.captures.iter().map(|(_, var)| *var)
    }
}

impl Lower<'_> {
    /// `let f = |x| …;`: false if the closure passes through as it is, having to do with constants
    /// alone.
    pub(super) fn let_closure(&mut self, ident: &Ident, init: &Expr) -> bool {
        let Expr::Closure(closure) = peeled(init) else {
            return false;
        };
        let constant = |pat: &Pat| match pat {
            Pat::Type(typed) => !crate::signature::shape_of(&typed.ty).may_be_active(),
            _ => false,
        };
        if closure.inputs.iter().all(constant) && !self.mentions_real(closure) {
            return false;
        }
        let closure = self.own_copies(closure);
        let mut captures = Vec::new();
        super::opaque::for_each_name(closure.to_token_stream(), &mut |name| {
            if let Some(var) = self.lookup(name) {
                captures.push((name.to_string(), var));
            }
        });
        let written = self.written_in(&Expr::Closure(closure.clone()));
        let tokens = self.renamed(closure.to_token_stream());
        let var = self.user_var(ident, Ty::Passive, Kind::Temp);
        let known = Closure {
            closure,
            captures,
            tokens: quote!((#tokens)),
            written,
            active: false,
        };
        self.closures.insert(var, known);
        self.bind(ident, var);
        true
    }

    /// A `move` closure has its own copies of the variables that may change.
    fn own_copies(&mut self, closure: &syn::ExprClosure) -> syn::ExprClosure {
        if closure.capture.is_none() {
            return closure.clone();
        }
        let mut own = Vec::new();
        super::opaque::for_each_name(closure.to_token_stream(), &mut |name| {
            let Some(var) = self.lookup(name) else { return };
            let of = self.trace.var(var);
            let copied = of.ty.is_copy() || of.ty.is_passive();
            if of.kind == Kind::Slot && copied && !own.iter().any(|(known, _)| known == name) {
                own.push((name.to_string(), Ident::new(name, Span::call_site())));
            }
        });
        let mut tokens = closure.to_token_stream();
        for (name, ident) in own {
            let copy = self.trace.names.fresh(&name, Span::mixed_site());
            self.rewritten(quote!(let mut #copy = #ident;));
            tokens = renamed_in(tokens, &name, &copy);
        }
        syn::parse2(tokens).unwrap_or_else(|_| closure.clone())
    }

    /// The closure that a path names.
    fn closure_var(&self, func: &Expr) -> Option<VarId> {
        let Expr::Path(path) = peeled(func) else {
            return None;
        };
        let var = self.lookup(&path.path.get_ident()?.to_string())?;
        self.closures.contains_key(&var).then_some(var)
    }

    pub(super) fn is_closure_call(&self, call: &syn::ExprCall) -> bool {
        matches!(peeled(&call.func), Expr::Closure(_)) || self.closure_var(&call.func).is_some()
    }

    /// The value of a call to a closure.
    pub(super) fn closure_call(&mut self, call: &syn::ExprCall, expr: &Expr) -> Operand {
        let mut items = Vec::new();
        for arg in &call.args {
            let hidden = self.hidden("arg");
            self.rewritten(quote!(let #hidden = #arg;));
            items.push(Item::of_argument(arg, &hidden));
        }
        let Some(var) = self.closure_var(&call.func) else {
            let Expr::Closure(closure) = peeled(&call.func) else {
                unreachable!("the caller has looked")
            };
            return self.inlined(&closure.clone(), items);
        };
        let known = self.closures[&var].clone();
        if known.active {
            self.errors
                .at(expr, "this closure calls itself; make it a function");
            return self.constant(quote!(()));
        }
        self.set_active(var, true);
        // The names in it mean what they meant when it was written; the arguments have names that
        // nothing else has.
        let captured = known.captures.iter().cloned().collect();
        self.scopes.push(captured);
        let value = self.inlined(&known.closure, items);
        self.scopes.pop();
        self.set_active(var, false);
        value
    }

    fn set_active(&mut self, var: VarId, active: bool) {
        if let Some(closure) = self.closures.get_mut(&var) {
            closure.active = active;
        }
    }

    fn inlined(&mut self, closure: &syn::ExprClosure, items: Vec<Item>) -> Operand {
        let mut out = TokenStream::new();
        let func = Func::Closure(Box::new(closure.clone()));
        let value = self.apply(&func, items, &mut out);
        let value = value.expr();
        self.block_value(&block(quote!(#out #value)))
    }

    /// Binds `items` to the parameters of `func` and returns its value; what has to happen first
    /// goes to `out`.
    pub(super) fn apply(&mut self, func: &Func, items: Vec<Item>, out: &mut TokenStream) -> Item {
        let closure = match func {
            Func::Path(path) => {
                let args = items.iter().map(Item::expr);
                return Item::Value(quote!(#path(#(#args),*)));
            }
            Func::Closure(closure) => self.with_own_names(closure),
        };
        let mut closure = closure;
        let mut bound = Vec::new();
        for (pat, item) in closure.inputs.iter().zip(items) {
            self.bind_item(pat, item, &mut closure.body, out, &mut bound);
        }
        let body = without_returns(*closure.body, &mut self.trace.names);
        self.body_item(body, &bound, out)
    }

    /// What the body of a closure gives; its statements go to `out`.
    fn body_item(&mut self, body: Expr, bound: &[(String, Item)], out: &mut TokenStream) -> Item {
        match body {
            Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
                let clashes = block.block.stmts.iter().any(|stmt| match stmt {
                    syn::Stmt::Local(local) => super::stmt::pattern_names(&local.pat)
                        .iter()
                        .any(|(name, _)| self.lookup(&name.to_string()).is_some()),
                    syn::Stmt::Item(_) => true,
                    _ => false,
                });
                let mut stmts = block.block.stmts.clone();
                match stmts.pop() {
                    Some(syn::Stmt::Expr(tail, None)) if !clashes => {
                        out.extend(quote!(#(#stmts)*));
                        self.body_item(tail, bound, out)
                    }
                    _ => Item::Value(block.to_token_stream()),
                }
            }
            Expr::Paren(inner) => self.body_item(*inner.expr, bound, out),
            Expr::Path(path) => {
                let name = path.path.get_ident().map(ToString::to_string);
                let known = bound
                    .iter()
                    .rev()
                    .find(|(known, _)| Some(known) == name.as_ref());
                match known {
                    Some((_, item)) => item.clone(),
                    None => Item::Value(path.to_token_stream()),
                }
            }
            Expr::Tuple(tuple) => {
                let mut parts = Vec::new();
                for part in tuple.elems {
                    let item = self.body_item(part, bound, out);
                    parts.push(self.in_names(item, out));
                }
                Item::Tuple { parts, depth: 0 }
            }
            Expr::Reference(reference) => Item::Place {
                of: reference.expr.to_token_stream(),
                mutable: reference.mutability.is_some(),
                depth: 1,
            },
            other => Item::Value(other.to_token_stream()),
        }
    }

    /// The item in variables of its own, evaluated here and once.
    pub(super) fn in_names(&mut self, item: Item, out: &mut TokenStream) -> Item {
        match item {
            Item::Value(value) if value.clone().into_iter().count() > 1 => {
                let hidden = self.hidden("item");
                out.extend(quote!(let #hidden = #value;));
                Item::Value(quote!(#hidden))
            }
            other => other,
        }
    }

    /// The closure with other names for those of its parameters that mean something else around it.
    fn with_own_names(&mut self, closure: &syn::ExprClosure) -> syn::ExprClosure {
        let mut tokens = closure.to_token_stream();
        let mut changed = false;
        for (name, _) in closure.inputs.iter().flat_map(super::stmt::pattern_names) {
            let text = name.to_string();
            if self.lookup(&text).is_some() {
                let own = self.trace.names.fresh(&text, name.span());
                tokens = renamed_in(tokens, &text, &own);
                changed = true;
            }
        }
        match changed {
            true => syn::parse2(tokens).unwrap_or_else(|_| closure.clone()),
            false => closure.clone(),
        }
    }

    /// A name that nothing else has.
    pub(super) fn hidden(&mut self, hint: &str) -> Ident {
        self.trace.names.fresh(hint, Span::mixed_site())
    }

    /// Lowers statements made by the macro, in the scope at hand.
    pub(super) fn rewritten(&mut self, stmts: TokenStream) {
        let block = block(stmts);
        self.stmts(&block.stmts, &super::control::Tail::Discard);
    }
}

/// What an adaptor is given: a closure, or the name of a function.
#[derive(Clone)]
pub(super) enum Func {
    Closure(Box<syn::ExprClosure>),
    Path(Expr),
}

impl Func {
    pub(super) fn of(expr: &Expr) -> Func {
        match peeled(expr) {
            Expr::Closure(closure) => Func::Closure(Box::new(closure.clone())),
            other => Func::Path(other.clone()),
        }
    }
}

/// The statements as a block.
pub(super) fn block(stmts: TokenStream) -> syn::Block {
    syn::parse2(quote!({ #stmts })).unwrap_or_else(|error| {
        let message = error.to_compile_error();
        syn::parse2(quote!({ #message })).expect("an invocation of a macro is a block")
    })
}

fn peeled(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => peeled(&inner.expr),
        Expr::Group(inner) => peeled(&inner.expr),
        other => other,
    }
}

/// `tokens` with the variable `name` called `new`.
fn renamed_in(tokens: TokenStream, name: &str, new: &Ident) -> TokenStream {
    super::opaque::with_fields(tokens)
        .map(|(token, is_field)| match token {
            TokenTree::Ident(ident) if !is_field && ident == name => {
                TokenTree::Ident(Ident::new(&new.to_string(), ident.span()))
            }
            TokenTree::Group(group) => {
                let inner = renamed_in(group.stream(), name, new);
                let mut renamed = proc_macro2::Group::new(group.delimiter(), inner);
                renamed.set_span(group.span());
                TokenTree::Group(renamed)
            }
            other => other,
        })
        .collect()
}

/// `return` in a closure leaves its body alone.
fn without_returns(body: Expr, names: &mut crate::names::Names) -> Expr {
    struct Returns(syn::Lifetime, bool);
    impl VisitMut for Returns {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            syn::visit_mut::visit_expr_mut(self, expr);
            if let Expr::Return(out) = expr {
                let (label, value) = (&self.0, &out.expr);
                *expr = syn::parse_quote_spanned!(out.span()=> break #label #value);
                self.1 = true;
            }
        }
        fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
        fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    }
    let name = names.fresh("closure", Span::mixed_site());
    let label = syn::Lifetime::new(&format!("'{name}"), Span::mixed_site());
    let mut returns = Returns(label, false);
    let mut body = body;
    returns.visit_expr_mut(&mut body);
    let label = &returns.0;
    match (returns.1, body) {
        (false, body) => body,
        (true, Expr::Block(block)) => {
            let stmts = &block.block.stmts;
            syn::parse_quote!(#label: { #(#stmts)* })
        }
        (true, body) => syn::parse_quote!(#label: { #body }),
    }
}
