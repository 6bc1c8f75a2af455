//! The methods that pick one element, or none: `first`, `get(i)`, `max_by`, `find` and the like,
//! with what follows them at once (`unwrap`, `expect`, `unwrap_or`, `copied`).
//!
//! Which element it is has no derivative. The position is found by code that passes through, as an
//! `Option<usize>`; the value is then read at that position.

use super::super::Lower;
use super::super::alias::Alias;
use super::super::closure::{Func, block};
use super::Iter;
use super::consume::returns;
use super::drive::Drive;
use super::item::Item;
use crate::ir::*;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Expr;

/// The methods that pick one item, or none.
pub(super) const PICKING: &[&str] = &[
    "first",
    "first_mut",
    "last",
    "last_mut",
    "get",
    "get_mut",
    "pop",
    "min_by",
    "max_by",
    "find",
    "nth",
    "next",
    "reduce",
    "find_map",
    "copied",
    "cloned",
];

/// One of the items of an iterator, or none.
pub(in crate::lower) struct Choice {
    /// Statements before.
    pub(in crate::lower) setup: TokenStream,
    /// The position, an expression of type `Option<usize>`.
    pub(in crate::lower) position: TokenStream,
    from: From,
    /// Whether the item is copied out of its reference.
    copied: bool,
}

enum From {
    Indexed(Iter),
    /// The end of a `Vec`, taken off.
    Popped(TokenStream),
    /// A value computed by the setup.
    Made(TokenStream),
}

impl Lower<'_> {
    /// `choice.unwrap()` and its kin as a value.
    pub(super) fn chosen_value(
        &mut self,
        call: &syn::ExprMethodCall,
        expr: &Expr,
    ) -> Option<Operand> {
        let name = call.method.to_string();
        match (name.as_str(), call.args.len()) {
            ("unwrap", 0) | ("expect", 1) => {}
            ("unwrap_or", 1) | ("unwrap_or_else", 1) | ("unwrap_or_default", 0) => {}
            ("map_or", 2) => {}
            _ => return None,
        }
        if !self.mentions_real(expr) {
            return None;
        }
        let choice = self.pick(&call.receiver)?;
        let (setup, position) = (choice.setup.clone(), choice.position.clone());
        let at = self.hidden("at");
        let mut made = TokenStream::new();
        let item = self.chosen_item(&choice, quote!(#at), &mut made);
        let (method, args) = (&call.method, &call.args);
        let code = match name.as_str() {
            "unwrap" | "expect" => {
                let value = item.expr();
                quote!(#setup let #at: usize = (#position).#method(#args); #made #value)
            }
            _ => {
                let (none, some) = self.fallback(&name, call, item, &mut made);
                let chosen = self.hidden("chosen");
                quote! {
                    #setup
                    let #chosen: ::core::option::Option<usize> = #position;
                    if #chosen.is_some() { let #at: usize = #chosen.unwrap(); #made #some } else { #none }
                }
            }
        };
        Some(self.block_value(&block(code)))
    }

    /// A chain that picks an item, as an `Option`.
    pub(in crate::lower) fn picked_option(
        &mut self,
        call: &syn::ExprMethodCall,
        expr: &Expr,
    ) -> Option<Operand> {
        if !PICKING.contains(&call.method.to_string().as_str()) {
            return None;
        }
        let choice = self.pick(expr)?;
        let (setup, position) = (choice.setup.clone(), choice.position.clone());
        let (at, chosen) = (self.hidden("at"), self.hidden("chosen"));
        let mut made = TokenStream::new();
        let item = self.chosen_item(&choice, quote!(#at), &mut made).value();
        Some(self.block_value(&block(quote! {
            #setup
            let #chosen: ::core::option::Option<usize> = #position;
            if #chosen.is_some() {
                let #at: usize = #chosen.unwrap();
                #made
                Some(#item)
            } else {
                None
            }
        })))
    }

    /// Whether `expr` picks an item that is a reference.
    pub(in crate::lower) fn picks_reference(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = expr else {
            return false;
        };
        let name = call.method.to_string();
        if !matches!(
            name.as_str(),
            "first" | "last" | "get" | "min_by" | "max_by" | "find" | "nth"
        ) {
            return false;
        }
        let mut from = &*call.receiver;
        if !self.is_iterator(from) {
            return self.mentions_real(from);
        }
        // References come from `iter` as long as nothing makes values of them.
        while let Expr::MethodCall(call) = from {
            match call.method.to_string().as_str() {
                "iter" | "windows" | "chunks" | "chunks_exact" => return true,
                "filter" | "rev" | "skip" | "take" | "step_by" | "skip_while" | "take_while" => {
                    from = &call.receiver;
                }
                _ => return false,
            }
        }
        false
    }

    /// What stands for nothing, and what is made of an item.
    fn fallback(
        &mut self,
        name: &str,
        call: &syn::ExprMethodCall,
        item: Item,
        made: &mut TokenStream,
    ) -> (TokenStream, TokenStream) {
        match name {
            "unwrap_or" => (call.args[0].to_token_stream(), item.value()),
            "unwrap_or_else" => {
                let mut none = TokenStream::new();
                let value = self
                    .apply(&Func::of(&call.args[0]), Vec::new(), &mut none)
                    .expr();
                (quote!(#none #value), item.value())
            }
            "map_or" => {
                let some = self
                    .apply(&Func::of(&call.args[1]), vec![item], made)
                    .expr();
                (call.args[0].to_token_stream(), some)
            }
            _ => (quote!(0.0), item.value()),
        }
    }

    /// `x.first().unwrap()` as a reference to the element.
    pub(in crate::lower) fn chosen_reference(
        &mut self,
        call: &syn::ExprMethodCall,
    ) -> Option<Alias> {
        let name = call.method.to_string();
        if !matches!(name.as_str(), "unwrap" | "expect") || !self.mentions_real(call) {
            return None;
        }
        let choice = self.pick(&call.receiver)?;
        if choice.copied || !matches!(choice.from, From::Indexed(_)) {
            return None;
        }
        let (setup, position) = (&choice.setup, &choice.position);
        let at = self.hidden("at");
        self.in_bounds.insert(at.to_string());
        let mut made = TokenStream::new();
        let item = self.chosen_item(&choice, quote!(#at), &mut made);
        let Item::Place { .. } = item else {
            return None;
        };
        let (method, args) = (&call.method, &call.args);
        let item = item.expr();
        self.rewritten(quote!(#setup let #at: usize = (#position).#method(#args); #made));
        self.reference(&syn::parse2(item).ok()?)
    }

    pub(in crate::lower) fn chosen_item(
        &mut self,
        choice: &Choice,
        at: TokenStream,
        out: &mut TokenStream,
    ) -> Item {
        self.in_bounds.insert(at.to_string());
        let item = match &choice.from {
            From::Indexed(iter) => self.item_at(iter, at, out),
            From::Popped(of) => {
                let hidden = self.hidden("popped");
                let pop = self.pop_of(of);
                out.extend(quote!(let #hidden = #pop;));
                Item::Value(quote!(#hidden))
            }
            From::Made(value) => Item::Value(value.clone()),
        };
        match choice.copied {
            true => item.deref(),
            false => item,
        }
    }

    /// What `expr` picks, if it is one of these methods.
    pub(in crate::lower) fn pick(&mut self, expr: &Expr) -> Option<Choice> {
        let Expr::MethodCall(call) = expr else {
            return None;
        };
        let name = call.method.to_string();
        match (name.as_str(), call.args.len()) {
            ("copied" | "cloned", 0) => {
                let inner = self.pick(&call.receiver)?;
                let copied = true;
                return Some(Choice { copied, ..inner });
            }
            ("map", 1) if !self.is_iterator(&call.receiver) => {
                let inner = self.pick(&call.receiver)?;
                let From::Indexed(iter) = inner.from else {
                    return None;
                };
                let iter = match inner.copied {
                    true => Iter::Copied(Box::new(iter)),
                    false => iter,
                };
                let from = From::Indexed(Iter::Map(Box::new(iter), Func::of(&call.args[0])));
                let copied = false;
                return Some(Choice {
                    from,
                    copied,
                    ..inner
                });
            }
            _ => {}
        }
        match self.is_iterator(&call.receiver) {
            true => self.choice_of_items(&name, call),
            false => self.choice_of_elements(&name, call),
        }
    }

    /// `first`, `last`, `get`, `pop` on a sequence.
    fn choice_of_elements(&mut self, name: &str, call: &syn::ExprMethodCall) -> Option<Choice> {
        let sequence = matches!(
            self.ty_of(&call.receiver).behind(),
            Ty::Array(..) | Ty::Slice(_) | Ty::Vec(_)
        );
        if !sequence {
            return None;
        }
        let mut setup = TokenStream::new();
        let mutable = name.ends_with("_mut") || name == "pop";
        let of = match (name, call.args.len()) {
            ("first" | "last" | "first_mut" | "last_mut" | "pop", 0) | ("get" | "get_mut", 1) => {
                match name {
                    "pop" => call.receiver.to_token_stream(),
                    _ => self.sequence_of(&call.receiver, mutable, &mut setup),
                }
            }
            _ => return None,
        };
        let position = match name {
            "first" | "first_mut" => quote!((!#of.is_empty()).then_some(0_usize)),
            "get" | "get_mut" => {
                let (index, at) = (&call.args[0], self.hidden("index"));
                if matches!(index, Expr::Range(_)) {
                    return None;
                }
                setup.extend(quote!(let #at: usize = #index;));
                quote!((#at < #of.len()).then_some(#at))
            }
            _ => quote!(#of.len().checked_sub(1)),
        };
        let from = match name {
            "pop" => From::Popped(of),
            _ => From::Indexed(self.elements(of, mutable)),
        };
        Some(Choice {
            setup,
            position,
            from,
            copied: false,
        })
    }

    /// `min_by`, `find`, `last` and the like on an iterator.
    fn choice_of_items(&mut self, name: &str, call: &syn::ExprMethodCall) -> Option<Choice> {
        let known = matches!(
            (name, call.args.len()),
            (
                "min_by" | "max_by" | "find" | "nth" | "reduce" | "find_map",
                1
            ) | ("last" | "next", 0)
        );
        if !known {
            return None;
        }
        let mut setup = TokenStream::new();
        let iter = self.read_iter(&call.receiver, &mut setup)?;
        match name {
            "reduce" => return Some(self.reduced(&iter, &call.args[0], setup)),
            "find_map" => return Some(self.found(&iter, &call.args[0], setup)),
            _ => {}
        }
        let iter = self.in_memory(&iter, &mut setup);
        let len = iter.len();
        let position = match name {
            "last" => quote!(#len.checked_sub(1)),
            "next" => quote!((#len > 0).then_some(0_usize)),
            "nth" => {
                let (index, at) = (&call.args[0], self.hidden("index"));
                setup.extend(quote!(let #at: usize = #index;));
                quote!((#at < #len).then_some(#at))
            }
            "find" => {
                let at = self.hidden("at");
                let (body, test) = self.test_at(&iter, &at, &call.args[0]);
                quote!((0..#len).find(|#at| { let #at = *#at; #body #test }))
            }
            _ => {
                let (a, b) = (self.hidden("a"), self.hidden("b"));
                let (body, order) = self.comparison(&iter, &a, &b, &call.args[0]);
                let method = &call.method;
                quote!((0..#len).#method(|#a, #b| { let (#a, #b) = (*#a, *#b); #body #order }))
            }
        };
        Some(Choice {
            setup,
            position,
            from: From::Indexed(iter),
            copied: false,
        })
    }

    fn test_at(
        &mut self,
        iter: &Iter,
        at: &proc_macro2::Ident,
        test: &Expr,
    ) -> (TokenStream, TokenStream) {
        let mut body = TokenStream::new();
        let item = self.item_at(iter, quote!(#at), &mut body);
        let item = self.in_names(item, &mut body).reference();
        let test = self.apply(&Func::of(test), vec![item], &mut body).expr();
        (body, test)
    }

    /// The comparison of the items at `a` and `b`.
    pub(in crate::lower) fn comparison_in(
        &mut self,
        of: TokenStream,
        a: &proc_macro2::Ident,
        b: &proc_macro2::Ident,
        by: &Expr,
    ) -> (TokenStream, TokenStream) {
        let iter = Iter::Copied(Box::new(self.elements(of, false)));
        self.comparison(&iter, a, b, by)
    }

    fn comparison(
        &mut self,
        iter: &Iter,
        a: &proc_macro2::Ident,
        b: &proc_macro2::Ident,
        by: &Expr,
    ) -> (TokenStream, TokenStream) {
        let mut body = TokenStream::new();
        let mut items = Vec::new();
        for at in [a, b] {
            let item = self.item_at(iter, quote!(#at), &mut body);
            let item = match iter {
                // An element is compared where it stands.
                Iter::Copied(_) => item,
                _ => self.in_names(item, &mut body),
            };
            items.push(item.reference());
        }
        let order = self.apply(&Func::of(by), items, &mut body).expr();
        (body, order)
    }

    fn reduced(&mut self, iter: &Iter, func: &Expr, setup: TokenStream) -> Choice {
        let (acc, found, func) = (self.hidden("reduced"), self.hidden("found"), Func::of(func));
        let mut drive = Drive::new(self, None);
        let rest = self.drive(iter, &mut drive, &mut |lower, _, item, out| {
            let item = lower.in_names(item, out);
            let first = item.value();
            let mut step = TokenStream::new();
            lower.fold_step(&quote!(#acc), &func, item, &mut step);
            out.extend(quote!(if #found { #step } else { #acc = #first; #found = true; }));
        });
        let setup = quote! {
            #setup
            let mut #acc = ::autodiff_runtime::private::placeholder();
            let mut #found = false;
            #rest
        };
        Choice {
            setup,
            position: quote!(#found.then_some(0_usize)),
            from: From::Made(quote!(#acc)),
            copied: false,
        }
    }

    fn found(&mut self, iter: &Iter, func: &Expr, setup: TokenStream) -> Choice {
        let (value, found, func) = (
            self.hidden("found"),
            self.hidden("is_found"),
            Func::of(func),
        );
        let mut drive = Drive::new(self, None);
        let rest = self.drive(iter, &mut drive, &mut |lower, drive, item, out| {
            let Some((some, item)) = lower.apply_optional(&func, vec![item], out) else {
                return;
            };
            let (some, item, stop) = (
                some.map_or(quote!(true), |some| quote!(#some)),
                item.value(),
                drive.stop(),
            );
            out.extend(quote!(if #some { #value = #item; #found = true; break #stop; }));
        });
        let setup = quote! {
            #setup
            let mut #value = ::autodiff_runtime::private::placeholder();
            let mut #found = false;
            #rest
        };
        Choice {
            setup,
            position: quote!(#found.then_some(0_usize)),
            from: From::Made(quote!(#value)),
            copied: false,
        }
    }

    /// What a closure that gives an `Option` gives: whether there is something (`None` if there
    /// always is), and what.
    pub(super) fn apply_optional(
        &mut self,
        func: &Func,
        items: Vec<Item>,
        out: &mut TokenStream,
    ) -> Option<(Option<TokenStream>, Item)> {
        let Func::Closure(closure) = func else {
            self.errors.at(
                func_tokens(func),
                "a function that gives an `Option` is not supported here by `#[differentiate]`; \
                 write a closure with `Some` and `None` in it",
            );
            return None;
        };
        let (some, value) = (self.hidden("some"), self.hidden("value"));
        let mut closure = closure.clone();
        if let Expr::Block(block) = &*closure.body
            && let [stmts @ .., syn::Stmt::Expr(tail, None)] = &block.block.stmts[..]
            && let Some(inner) = always_some(tail)
        {
            *closure.body = syn::parse_quote!({ #(#stmts)* #inner });
            let item = self.apply(&Func::Closure(closure), items, out);
            return Some((None, self.in_names(item, out)));
        }
        if let Some(inner) = always_some(&closure.body) {
            *closure.body = inner;
            let item = self.apply(&Func::Closure(closure), items, out);
            return Some((None, self.in_names(item, out)));
        }
        let mut tails = Tails {
            some: some.clone(),
            value: value.clone(),
            unknown: returns(&closure.body).then(|| (*closure.body).clone()),
        };
        tails.tail(&mut closure.body);
        if let Some(unknown) = tails.unknown {
            self.errors.at(
                unknown,
                "what this closure gives is not visible to `#[differentiate]`; end it with `Some` \
                 and `None`, in branches if need be, or use `filter` and `map`",
            );
            return None;
        }
        out.extend(quote! {
            let mut #some = false;
            let mut #value = ::autodiff_runtime::private::placeholder();
        });
        let body = self.apply(&Func::Closure(closure), items, out).expr();
        out.extend(quote!(#body;));
        Some((Some(quote!(#some)), Item::Value(quote!(#value))))
    }

    fn elements(&self, of: TokenStream, mutable: bool) -> Iter {
        let by = match mutable {
            true => super::By::Mutable,
            false => super::By::Shared,
        };
        Iter::Elements { of, by }
    }
}

fn func_tokens(func: &Func) -> TokenStream {
    match func {
        Func::Path(path) => path.to_token_stream(),
        Func::Closure(closure) => closure.to_token_stream(),
    }
}

/// `e`, if the expression is `Some(e)`.
fn always_some(expr: &Expr) -> Option<Expr> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let some = path.path.segments.last()?.ident == "Some";
    (some && call.args.len() == 1).then(|| call.args[0].clone())
}

/// Puts what a closure gives into two variables instead.
struct Tails {
    some: proc_macro2::Ident,
    value: proc_macro2::Ident,
    /// A way to end that is not understood.
    unknown: Option<Expr>,
}

impl Tails {
    fn tail(&mut self, expr: &mut Expr) {
        let (some, value) = (self.some.clone(), self.value.clone());
        if let Some(inner) = always_some(expr) {
            *expr = syn::parse_quote!({ #value = #inner; #some = true; });
            return;
        }
        match expr {
            Expr::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "None") => {
                *expr = syn::parse_quote!({});
            }
            Expr::Paren(inner) => self.tail(&mut inner.expr),
            Expr::Block(block) => self.block(&mut block.block),
            Expr::If(branch) => {
                self.block(&mut branch.then_branch);
                match &mut branch.else_branch {
                    Some((_, els)) => self.tail(els),
                    None => self.unknown = Some(expr.clone()),
                }
            }
            Expr::Match(matching) => {
                for arm in &mut matching.arms {
                    self.tail(&mut arm.body);
                }
            }
            Expr::MethodCall(call) if call.method == "then_some" && call.args.len() == 1 => {
                let (cond, inner) = (&call.receiver, &call.args[0]);
                *expr = syn::parse_quote!({ if #cond { #value = #inner; #some = true; } });
            }
            Expr::MethodCall(call) if call.method == "then" && call.args.len() == 1 => {
                let Expr::Closure(then) = &call.args[0] else {
                    self.unknown = Some(expr.clone());
                    return;
                };
                let (cond, inner) = (&call.receiver, &then.body);
                *expr = syn::parse_quote!({ if #cond { #value = #inner; #some = true; } });
            }
            other => self.unknown = Some(other.clone()),
        }
    }

    fn block(&mut self, block: &mut syn::Block) {
        match block.stmts.last_mut() {
            Some(syn::Stmt::Expr(tail, None)) => self.tail(tail),
            _ => self.unknown = Some(syn::parse_quote!(#block)),
        }
    }
}
