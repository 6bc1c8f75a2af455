//! The methods that end a chain.

use super::super::Lower;
use super::super::closure::{Func, block};
use super::Iter;
use super::drive::Drive;
use super::item::Item;
use crate::ir::*;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Pat};

impl Lower<'_> {
    /// The value of a chain of iterator methods; `None` if `call` is something else.
    pub(in crate::lower) fn chain_value(
        &mut self,
        call: &syn::ExprMethodCall,
        expr: &Expr,
    ) -> Option<Operand> {
        let name = call.method.to_string();
        if let Some(value) = self.chosen_value(call, expr) {
            return Some(value);
        }
        let picks = super::choose::PICKING.contains(&name.as_str());
        if picks || !super::is_consumer(&name) || !self.is_iterator(&call.receiver) {
            return None;
        }
        let unknown = self.constant(quote!(()));
        let mut out = TokenStream::new();
        let Some(iter) = self.read_iter(&call.receiver, &mut out) else {
            return Some(unknown);
        };
        let Some(value) = self.consumed(&name, call, &iter, &mut out) else {
            let span = call.method.span();
            self.errors.at_span(
                span,
                format!(
                    "what the iterator method `{name}` gives is used here in a way that is not \
                     supported by `#[differentiate]`; unwrap it at once, or write a loop"
                ),
            );
            return Some(unknown);
        };
        let value = self.block_value(&block(quote!(#out #value)));
        if name == "collect"
            && let Operand::Var(var) = value
        {
            self.made.insert(var);
        }
        Some(value)
    }

    /// A chain that is a statement; false if `call` is something else.
    pub(in crate::lower) fn chain_stmt(&mut self, call: &syn::ExprMethodCall, expr: &Expr) -> bool {
        let name = call.method.to_string();
        let ends = super::is_consumer(&name) && self.is_iterator(&call.receiver);
        ends && self.mentions_real(expr) && self.chain_value(call, expr).is_some()
    }

    /// The expression that a consumer gives, after the statements in `out`.
    fn consumed(
        &mut self,
        name: &str,
        call: &syn::ExprMethodCall,
        iter: &Iter,
        out: &mut TokenStream,
    ) -> Option<TokenStream> {
        match (name, call.args.len()) {
            ("sum", 0) => Some(self.added(iter, &call.method, out)),
            ("product", 0) => {
                let product = self.hidden("product");
                out.extend(quote!(let mut #product = 1.0;));
                let rest = self.each(iter, &mut |_, item, out| {
                    let value = item.value();
                    out.extend(quote!(#product *= #value;));
                });
                out.extend(rest);
                Some(quote!(#product))
            }
            ("fold", 2) => Some(self.fold(iter, &call.args[0], &call.args[1], out)),
            ("collect", 0) => {
                if !gives_vec(call) {
                    self.errors.at(
                        call.turbofish.as_ref(),
                        "active values can only be collected into a `Vec` in a differentiated \
                         function",
                    );
                }
                let vec = self.hidden("collected");
                let stmts = self.collected(iter, &quote!(#vec));
                out.extend(stmts);
                Some(quote!(#vec))
            }
            ("unzip", 0) => {
                let (a, b) = self.unzipped(iter, out);
                Some(quote!((#a, #b)))
            }
            ("for_each", 1) => {
                let func = Func::of(&call.args[0]);
                let rest = self.each(iter, &mut |lower, item, out| {
                    let value = lower.apply(&func, vec![item], out).expr();
                    out.extend(quote!(#value;));
                });
                out.extend(rest);
                Some(quote!(()))
            }
            ("count", 0) => {
                let count = self.hidden("count");
                out.extend(quote!(let mut #count: usize = 0;));
                let rest = self.each(iter, &mut |_, _, out| out.extend(quote!(#count += 1;)));
                out.extend(rest);
                Some(quote!(#count))
            }
            ("any" | "all", 1) => Some(self.any(iter, name == "any", &call.args[0], out)),
            _ => None,
        }
    }

    /// Statements that run `body` for each item.
    fn each(
        &mut self,
        iter: &Iter,
        body: &mut dyn FnMut(&mut Lower<'_>, Item, &mut TokenStream),
    ) -> TokenStream {
        let mut drive = Drive::new(self, None);
        self.drive(iter, &mut drive, &mut |lower, _, item, out| {
            body(lower, item, out);
        })
    }

    /// As the standard library does, a sum of floats starts from −0, which changes no number.
    fn added(
        &mut self,
        iter: &Iter,
        at: &proc_macro2::Ident,
        out: &mut TokenStream,
    ) -> TokenStream {
        let sum = self.hidden("sum");
        out.extend(quote!(let mut #sum = -0.0;));
        let rest = self.each(iter, &mut |_, item, out| {
            let value = item.value();
            let plus: syn::Token![+=] = syn::Token![+=](at.span());
            out.extend(quote!(#sum #plus #value;));
        });
        out.extend(rest);
        quote!(#sum)
    }

    fn unzipped(&mut self, iter: &Iter, out: &mut TokenStream) -> (Ident, Ident) {
        let (a, b) = (self.hidden("first"), self.hidden("second"));
        out.extend(quote! {
            let mut #a = ::std::vec::Vec::new();
            let mut #b = ::std::vec::Vec::new();
        });
        let rest = self.each(iter, &mut |_, item, out| {
            let (first, second) = match item {
                Item::Tuple { parts, .. } => (parts[0].expr(), parts[1].expr()),
                other => {
                    let pair = other.expr();
                    (quote!(#pair.0), quote!(#pair.1))
                }
            };
            out.extend(quote!(#a.push(#first); #b.push(#second);));
        });
        out.extend(rest);
        (a, b)
    }

    /// `let (a, b): (Vec<_>, Vec<_>) = ….unzip();`: false if `local` is something else.
    pub(in crate::lower) fn let_unzipped(&mut self, local: &syn::Local) -> bool {
        let (pat, types) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        let (Pat::Tuple(pats), Some(init)) = (pat, &local.init) else {
            return false;
        };
        let Expr::MethodCall(call) = &*init.expr else {
            return false;
        };
        let (Some(Pat::Ident(first)), Some(Pat::Ident(second)), "unzip") = (
            pats.elems.first(),
            pats.elems.get(1),
            call.method.to_string().as_str(),
        ) else {
            return false;
        };
        if !self.is_iterator(&call.receiver) || !self.mentions_real(call) {
            return false;
        }
        let mut out = TokenStream::new();
        let Some(iter) = self.read_iter(&call.receiver, &mut out) else {
            return true;
        };
        let (a, b) = self.unzipped(&iter, &mut out);
        self.rewritten(out);
        for (k, (pat, made)) in [(first, a), (second, b)].into_iter().enumerate() {
            let Some(var) = self.lookup(&made.to_string()) else {
                continue;
            };
            let ty = match types {
                Some(syn::Type::Tuple(types)) => types.elems.get(k),
                _ => None,
            };
            self.made.insert(var);
            self.adopt(pat, ty, &Operand::Var(var));
        }
        true
    }

    fn any(&mut self, iter: &Iter, any: bool, test: &Expr, out: &mut TokenStream) -> TokenStream {
        let (found, func) = (self.hidden("found"), Func::of(test));
        let start = (!any).then(|| quote!(true)).unwrap_or(quote!(false));
        out.extend(quote!(let mut #found = #start;));
        let mut drive = Drive::new(self, None);
        let rest = self.drive(iter, &mut drive, &mut |lower, drive, item, out| {
            let value = lower.apply(&func, vec![item], out).expr();
            let stop = drive.stop();
            let differs = if any {
                quote!(#value)
            } else {
                quote!(!(#value))
            };
            out.extend(quote!(if #differs { #found = !#found; break #stop; }));
        });
        out.extend(rest);
        quote!(#found)
    }

    fn fold(
        &mut self,
        iter: &Iter,
        init: &Expr,
        func: &Expr,
        out: &mut TokenStream,
    ) -> TokenStream {
        let func = Func::of(func);
        if let (Expr::Tuple(inits), Func::Closure(closure)) = (init, &func)
            && let Some(Pat::Tuple(pats)) = closure.inputs.first()
            && pats.elems.len() == inits.elems.len()
        {
            return self.fold_parts(iter, inits, &func, out);
        }
        let acc = self.hidden("folded");
        out.extend(quote!(let mut #acc = #init;));
        let rest = self.each(iter, &mut |lower, item, out| {
            lower.fold_step(&quote!(#acc), &func, item, out);
        });
        out.extend(rest);
        quote!(#acc)
    }

    /// `acc = func(acc, item)`; as additions where the closure gives `acc + …`.
    pub(super) fn fold_step(
        &mut self,
        acc: &TokenStream,
        func: &Func,
        item: Item,
        out: &mut TokenStream,
    ) {
        if let Some(adding) = adding(func, acc) {
            let stmts = self.apply(&adding, vec![item], out).expr();
            out.extend(quote!(#stmts));
            return;
        }
        let items = vec![Item::Value(acc.clone()), item];
        let next = self.apply(func, items, out).value();
        out.extend(quote!(#acc = #next;));
    }

    /// A tuple is folded part by part.
    fn fold_parts(
        &mut self,
        iter: &Iter,
        inits: &syn::ExprTuple,
        func: &Func,
        out: &mut TokenStream,
    ) -> TokenStream {
        let accs: Vec<_> = inits.elems.iter().map(|_| self.hidden("folded")).collect();
        for (acc, init) in accs.iter().zip(&inits.elems) {
            out.extend(quote!(let mut #acc = #init;));
        }
        let rest = self.each(iter, &mut |lower, item, out| {
            let parts = accs.iter().map(|acc| Item::Value(quote!(#acc))).collect();
            let items = vec![Item::Tuple { parts, depth: 0 }, item];
            match lower.apply(func, items, out) {
                Item::Tuple { parts, .. } => {
                    // Some parts may be an accumulator as it was.
                    let olds: Vec<_> = parts.iter().map(|_| lower.hidden("next")).collect();
                    for (old, part) in olds.iter().zip(&parts) {
                        let value = part.value();
                        out.extend(quote!(let #old = #value;));
                    }
                    out.extend(quote!(#(#accs = #olds;)*));
                }
                other => {
                    let value = other.expr();
                    out.extend(quote!((#(#accs),*) = #value;));
                }
            }
        });
        out.extend(rest);
        quote!((#(#accs),*))
    }

    /// `vec.extend(iter)`.
    pub(in crate::lower) fn extended(
        &mut self,
        vec: &TokenStream,
        by: &Expr,
        out: &mut TokenStream,
    ) -> bool {
        let Some(iter) = self.read_iter(by, out) else {
            return true;
        };
        let rest = self.each(&iter, &mut |_, item, out| {
            let value = item.value();
            out.extend(quote!(#vec.push(#value);));
        });
        out.extend(rest);
        true
    }

    /// Statements that put the elements of all sequences in `of` into a new `Vec`.
    pub(in crate::lower) fn flat(&mut self, of: &Expr, vec: &TokenStream) -> Option<TokenStream> {
        let mut out = quote!(let mut #vec = ::std::vec::Vec::new(););
        let list = match of {
            Expr::Reference(inner) => &inner.expr,
            other => other,
        };
        if let Expr::Array(list) = list {
            for part in &list.elems {
                self.extended(vec, part, &mut out);
            }
            return Some(out);
        }
        let iter = Iter::Flatten(Box::new(self.read_iter(of, &mut out)?));
        let rest = self.each(&iter, &mut |_, item, out| {
            let value = item.value();
            out.extend(quote!(#vec.push(#value);));
        });
        out.extend(rest);
        Some(out)
    }

    /// Statements that put all items into a new `Vec`.
    pub(super) fn collected(&mut self, iter: &Iter, vec: &TokenStream) -> TokenStream {
        if !iter.is_indexed() || !self.item_ty(iter).is_real() {
            return self.pushed(iter, vec);
        }
        // Written by position, the elements can be read again on the way back.
        let (len, at) = (iter.len(), self.hidden("i"));
        self.in_bounds.insert(at.to_string());
        let mut body = TokenStream::new();
        let item = self.item_at(iter, quote!(#at), &mut body);
        let value = item.value();
        quote! {
            let mut #vec = ::std::vec![0.0; #len];
            for #at in 0..#len { #body #vec[#at] = #value; }
        }
    }

    /// The same by `push`.
    pub(super) fn pushed(&mut self, iter: &Iter, vec: &TokenStream) -> TokenStream {
        let new = match iter.is_indexed() {
            true => {
                let len = iter.len();
                quote!(::std::vec::Vec::with_capacity(#len))
            }
            false => quote!(::std::vec::Vec::new()),
        };
        let rest = self.each(iter, &mut |_, item, out| {
            let value = item.expr();
            out.extend(quote!(#vec.push(#value);));
        });
        quote!(let mut #vec = #new; #rest)
    }

    /// `for pat in iter { … }`; false if the loop is over something without active values.
    pub(in crate::lower) fn for_each_item(&mut self, for_loop: &syn::ExprForLoop) -> bool {
        let over = &for_loop.expr;
        if !self.mentions_real(over) || !self.iterates(over) {
            return false;
        }
        let mut setup = TokenStream::new();
        let Some(iter) = self.read_iter(over, &mut setup) else {
            return true;
        };
        if let Iter::Range(_) | Iter::Constant(_) = iter {
            return false;
        }
        let own = for_loop.label.as_ref().map(|label| &label.name);
        let mut drive = Drive::new(self, own);
        let rest = self.drive(&iter, &mut drive, &mut |lower, drive, item, out| {
            let mut body = block_expr(&for_loop.body);
            if iter.is_nested() {
                relabel(&mut body, drive, own);
            }
            let mut bound = Vec::new();
            lower.bind_item(&for_loop.pat, item, &mut body, out, &mut bound);
            if let Expr::Block(block) = body {
                let stmts = &block.block.stmts;
                out.extend(quote!(#(#stmts)*));
            }
        });
        self.scopes.push(Default::default());
        self.rewritten(quote!(#setup #rest));
        self.scopes.pop();
        true
    }

    /// Whether one can iterate over `expr`, as far as the macro knows.
    fn iterates(&self, expr: &Expr) -> bool {
        self.is_iterator(expr)
            || matches!(
                self.ty_of(expr).behind(),
                Ty::Array(..) | Ty::Slice(_) | Ty::Vec(_) | Ty::Unknown
            )
    }
}

impl Iter {
    /// Whether there is more than one loop.
    fn is_nested(&self) -> bool {
        match self {
            Iter::Chain(..) | Iter::FlatMap(..) | Iter::Flatten(_) => true,
            Iter::Zip(a, _) => a.is_nested(),
            Iter::Enumerate(inner)
            | Iter::Rev(inner)
            | Iter::Take(inner, _)
            | Iter::Skip(inner, _)
            | Iter::StepBy(inner, _)
            | Iter::Copied(inner)
            | Iter::Map(inner, _)
            | Iter::Inspect(inner, _)
            | Iter::Filter(inner, _)
            | Iter::FilterMap(inner, _)
            | Iter::TakeWhile(inner, _)
            | Iter::SkipWhile(inner, _)
            | Iter::MapWhile(inner, _)
            | Iter::Scan(inner, ..) => inner.is_nested(),
            _ => false,
        }
    }
}

fn block_expr(block: &syn::Block) -> Expr {
    Expr::Block(syn::ExprBlock {
        attrs: Vec::new(),
        label: None,
        block: block.clone(),
    })
}

/// A `break` of the user's leaves all loops that were made of one.
fn relabel(body: &mut Expr, drive: &mut Drive, own: Option<&syn::Lifetime>) {
    use syn::visit_mut::VisitMut;
    struct Breaks<'a> {
        label: syn::Lifetime,
        own: Option<&'a syn::Lifetime>,
        inside: usize,
        used: bool,
    }
    impl VisitMut for Breaks<'_> {
        fn visit_expr_break_mut(&mut self, out: &mut syn::ExprBreak) {
            let ours = match &out.label {
                None => self.inside == 0,
                Some(label) => Some(label) == self.own,
            };
            if ours {
                out.label = Some(self.label.clone());
                self.used = true;
            }
        }
        fn visit_expr_continue_mut(&mut self, next: &mut syn::ExprContinue) {
            if next.label.as_ref() == self.own && self.inside == 0 {
                next.label = None;
            }
        }
        fn visit_expr_for_loop_mut(&mut self, l: &mut syn::ExprForLoop) {
            self.inside += 1;
            syn::visit_mut::visit_expr_for_loop_mut(self, l);
            self.inside -= 1;
        }
        fn visit_expr_while_mut(&mut self, l: &mut syn::ExprWhile) {
            self.inside += 1;
            syn::visit_mut::visit_expr_while_mut(self, l);
            self.inside -= 1;
        }
        fn visit_expr_loop_mut(&mut self, l: &mut syn::ExprLoop) {
            self.inside += 1;
            syn::visit_mut::visit_expr_loop_mut(self, l);
            self.inside -= 1;
        }
        fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
        fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    }
    let mut breaks = Breaks {
        label: drive.label().clone(),
        own,
        inside: 0,
        used: false,
    };
    breaks.visit_expr_mut(body);
    if breaks.used {
        drive.stop();
    }
}

/// Whether `collect` is asked for a `Vec`, or for nothing in particular.
fn gives_vec(call: &syn::ExprMethodCall) -> bool {
    let Some(fish) = &call.turbofish else {
        return true;
    };
    match fish.args.first() {
        Some(syn::GenericArgument::Type(syn::Type::Path(path))) => path
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "Vec"),
        _ => true,
    }
}

/// `|acc, x| acc + e - g` as `|x| { acc += e; acc -= g; }`, if `acc` is read nowhere else.
fn adding(func: &Func, acc: &TokenStream) -> Option<Func> {
    let Func::Closure(closure) = func else {
        return None;
    };
    let name = match closure.inputs.first()? {
        Pat::Ident(ident) => ident.ident.clone(),
        Pat::Type(typed) => match &*typed.pat {
            Pat::Ident(ident) => ident.ident.clone(),
            _ => return None,
        },
        _ => return None,
    };
    let (stmts, tail) = match &*closure.body {
        Expr::Block(block) if block.label.is_none() => {
            let (last, stmts) = block.block.stmts.split_last()?;
            let syn::Stmt::Expr(tail, None) = last else {
                return None;
            };
            (stmts.to_vec(), tail.clone())
        }
        body => (Vec::new(), body.clone()),
    };
    let mut terms = Vec::new();
    let mut rest = tail;
    while let Expr::Binary(binary) = rest {
        let op = match binary.op {
            syn::BinOp::Add(plus) => syn::BinOp::AddAssign(syn::Token![+=](plus.span())),
            syn::BinOp::Sub(minus) => syn::BinOp::SubAssign(syn::Token![-=](minus.span())),
            _ => return None,
        };
        terms.push((op, *binary.right));
        rest = *binary.left;
    }
    let is_acc = matches!(&rest, Expr::Path(path) if path.path.is_ident(&name));
    let read = stmts.iter().any(|stmt| mentions(stmt, &name))
        || terms.iter().any(|(_, term)| mentions(term, &name));
    if !is_acc || read || terms.is_empty() {
        return None;
    }
    let steps = terms.iter().rev().map(|(op, term)| quote!(#acc #op #term;));
    let mut adding = closure.clone();
    adding.inputs = closure.inputs.iter().skip(1).cloned().collect();
    *adding.body = syn::parse2(quote!({ #(#stmts)* #(#steps)* })).ok()?;
    Some(Func::Closure(adding))
}

fn mentions(tokens: &impl ToTokens, name: &proc_macro2::Ident) -> bool {
    let mut found = false;
    super::super::opaque::for_each_name(tokens.to_token_stream(), &mut |known| {
        found |= name == known;
    });
    found
}

/// Whether a closure leaves itself early.
pub(super) fn returns(body: &Expr) -> bool {
    struct Returns(bool);
    impl<'ast> Visit<'ast> for Returns {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    }
    let mut returns = Returns(false);
    returns.visit_expr(body);
    returns.0
}
