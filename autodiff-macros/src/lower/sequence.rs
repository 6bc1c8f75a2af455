//! Methods of slices and `Vec`s that change them, and the functions of `std::mem`.
//!
//! All but `push` and `pop` are written out in assignments, swaps and these two, and lowered from
//! there; what the standard library checks is checked with the same message.

use super::Lower;
use super::closure::block;
use super::typing::by_names;
use crate::ir::*;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, Pat};

/// The macro by which generated code takes off the last element.
const POP: &str = "__autodiff_pop";

impl Lower<'_> {
    /// A method that changes a sequence of active values, as a statement; false if `call` is
    /// something else.
    pub(super) fn sequence_stmt(&mut self, call: &syn::ExprMethodCall, expr: &Expr) -> bool {
        let name = call.method.to_string();
        if !super::opaque::changes(&name) || !self.is_sequence(&call.receiver) {
            return false;
        }
        if name == "push" && call.args.len() == 1 {
            return self.push(&call.receiver, &call.args[0], expr);
        }
        if name == "swap" {
            return false;
        }
        let (mut out, args) = (TokenStream::new(), &call.args);
        let of = self.sequence_of(&call.receiver, true, &mut out);
        let done = match (name.as_str(), args.len()) {
            ("pop", 0) => {
                let pop = self.pop_of(&of);
                out.extend(quote!(if !#of.is_empty() { #pop; }));
                true
            }
            ("clear", 0) => self.shortened(&of, quote!(0), &mut out),
            ("truncate", 1) => {
                let len = self.count_of(&args[0], &mut out);
                self.shortened(&of, len, &mut out)
            }
            ("resize", 2) => self.resized(&of, args, &mut out),
            ("insert", 2) => self.inserted(&of, args, &mut out),
            ("remove" | "swap_remove", 1) => {
                let value = self.removed(&name, &of, &args[0], &mut out);
                out.extend(quote!(let _ = #value;));
                true
            }
            ("extend" | "extend_from_slice", 1) => self.extended(&of, &args[0], &mut out),
            ("append", 1) => self.appended(&of, &args[0], &mut out),
            _ => self.rearranged(&name, &of, call, &mut out),
        };
        if done {
            self.scopes.push(Default::default());
            self.rewritten(out);
            self.scopes.pop();
        }
        done
    }

    /// Whether `expr` is a sequence that may hold active values.
    fn is_sequence(&self, expr: &Expr) -> bool {
        let ty = self.ty_of(expr);
        match ty.behind() {
            Ty::Array(..) | Ty::Slice(_) | Ty::Vec(_) => ty.may_be_active(),
            // A row of something that has no type yet.
            Ty::Unknown => matches!(expr, Expr::Index(_)) && self.mentions_real(expr),
            _ => false,
        }
    }

    fn push(&mut self, receiver: &Expr, value: &Expr, expr: &Expr) -> bool {
        let operand = self.value(value);
        let Some(place) = self.place(receiver) else {
            return false;
        };
        let ty = self.trace.operand_ty(&operand);
        let element = self.trace.place_ty(&place).element();
        if matches!(element, Ty::Unknown | Ty::Opaque) && place.is_whole() {
            if ty.is_passive() && !ty.has_opaque() {
                // Now it is known to hold no numbers to differentiate.
                self.trace.var_mut(place.root).ty = Ty::Passive;
                self.passive_assignment(receiver, expr);
                return true;
            }
            self.learn_element(place.root, &ty);
        }
        let span = expr.span();
        self.emit(Stmt::Push {
            place,
            value: operand,
            span,
        });
        true
    }

    /// A `Vec` that was made empty has elements of the type of the first one.
    fn learn_element(&mut self, root: VarId, element: &Ty) {
        let ty = Ty::Vec(Box::new(element.clone().of_variable()));
        let annotation = self.type_tokens(&ty);
        let var = self.trace.var_mut(root);
        if matches!(var.ty, Ty::Ref(..)) {
            return;
        }
        var.ty = ty;
        if var.annotation.is_none() {
            var.annotation = annotation;
        }
    }

    /// The tokens of a type of floats.
    fn type_tokens(&self, ty: &Ty) -> Option<TokenStream> {
        match ty {
            Ty::Real => Some(self.base.tokens()),
            Ty::Array(element, Some(len)) => {
                let element = self.type_tokens(element)?;
                Some(quote!([#element; #len]))
            }
            Ty::Vec(element) => {
                let element = self.type_tokens(element)?;
                Some(quote!(::std::vec::Vec<#element>))
            }
            _ => None,
        }
    }

    pub(super) fn pop_of(&mut self, of: &TokenStream) -> TokenStream {
        let pop = proc_macro2::Ident::new(POP, proc_macro2::Span::mixed_site());
        quote!(#pop!(#of))
    }

    /// The value of the macro that generated code takes off the last element with.
    pub(super) fn popped(&mut self, mac: &syn::Macro) -> Option<Operand> {
        if !mac.path.is_ident(POP) {
            return None;
        }
        let of: Expr = syn::parse2(mac.tokens.clone()).ok()?;
        let place = self.place(&of)?;
        let (ty, span) = (self.trace.place_ty(&place).element(), of.span());
        let span = span.resolved_at(proc_macro2::Span::mixed_site());
        let var = self.trace.fresh("v", ty, Kind::Temp, span);
        self.emit(Stmt::Pop { place, var, span });
        Some(Operand::Var(var))
    }

    fn shortened(&mut self, of: &TokenStream, len: TokenStream, out: &mut TokenStream) -> bool {
        let pop = self.pop_of(of);
        out.extend(quote!(for _ in #len..#of.len() { #pop; }));
        true
    }

    fn resized(
        &mut self,
        of: &TokenStream,
        args: &syn::punctuated::Punctuated<Expr, syn::Token![,]>,
        out: &mut TokenStream,
    ) -> bool {
        let len = self.count_of(&args[0], out);
        let (value, new) = (self.hidden("value"), &args[1]);
        out.extend(quote!(let #value = #new;));
        self.shortened(of, len.clone(), out);
        out.extend(quote!(for _ in #of.len()..#len { #of.push(#value.clone()); }));
        true
    }

    fn inserted(
        &mut self,
        of: &TokenStream,
        args: &syn::punctuated::Punctuated<Expr, syn::Token![,]>,
        out: &mut TokenStream,
    ) -> bool {
        let (at, len, new) = (self.count_of(&args[0], out), self.hidden("len"), &args[1]);
        let (value, k) = (self.hidden("value"), self.hidden("k"));
        let message = "insertion index (is {}) should be <= len (is {})";
        out.extend(quote! {
            let #value = #new;
            let #len: usize = #of.len();
            assert!(#at <= #len, #message, #at, #len);
            #of.push(#value);
            for #k in (#at..#len).rev() { #of.swap(#k, #k + 1); }
        });
        true
    }

    fn removed(
        &mut self,
        name: &str,
        of: &TokenStream,
        at: &Expr,
        out: &mut TokenStream,
    ) -> TokenStream {
        let (at, len, k) = (self.count_of(at, out), self.hidden("len"), self.hidden("k"));
        let (message, moves) = match name {
            "remove" => (
                "removal index (is {}) should be < len (is {})",
                quote!(for #k in #at..#len - 1 { #of.swap(#k, #k + 1); }),
            ),
            _ => (
                "swap_remove index (is {}) should be < len (is {})",
                quote!(if #at + 1 < #len { #of.swap(#at, #len - 1); }),
            ),
        };
        out.extend(quote! {
            let #len: usize = #of.len();
            assert!(#at < #len, #message, #at, #len);
            #moves
        });
        self.pop_of(of)
    }

    fn appended(&mut self, of: &TokenStream, other: &Expr, out: &mut TokenStream) -> bool {
        let Expr::Reference(other) = other else {
            let (k, other) = (self.hidden("k"), other.to_token_stream());
            out.extend(quote!(for #k in 0..#other.len() { #of.push(#other[#k].clone()); }));
            return self.shortened(&other, quote!(0), out);
        };
        let (k, other) = (self.hidden("k"), other.expr.to_token_stream());
        out.extend(quote!(for #k in 0..#other.len() { #of.push(#other[#k].clone()); }));
        self.shortened(&other, quote!(0), out)
    }

    /// Methods that leave the length as it is.
    fn rearranged(
        &mut self,
        name: &str,
        of: &TokenStream,
        call: &syn::ExprMethodCall,
        out: &mut TokenStream,
    ) -> bool {
        let (k, len, args) = (self.hidden("k"), self.hidden("len"), &call.args);
        self.in_bounds.insert(k.to_string());
        match (name, args.len()) {
            ("fill", 1) => {
                let (value, new) = (self.hidden("value"), &args[0]);
                out.extend(quote! {
                    let #value = #new;
                    for #k in 0..#of.len() { #of[#k] = #value.clone(); }
                });
            }
            ("copy_from_slice" | "clone_from_slice", 1) => {
                let from = self.sequence_of(peeled(&args[0]), false, out);
                self.same_lengths(name, of, &from, out);
                out.extend(quote!(for #k in 0..#of.len() { #of[#k] = #from[#k].clone(); }));
            }
            ("swap_with_slice", 1) => {
                let with = self.sequence_of(peeled(&args[0]), true, out);
                self.same_lengths(name, of, &with, out);
                out.extend(quote! {
                    for #k in 0..#of.len() { ::core::mem::swap(&mut #of[#k], &mut #with[#k]); }
                });
            }
            ("reverse", 0) => out.extend(quote! {
                let #len: usize = #of.len();
                for #k in 0..#len / 2 { #of.swap(#k, #len - 1 - #k); }
            }),
            ("rotate_left" | "rotate_right", 1) => {
                let (by, old) = (self.count_of(&args[0], out), self.hidden("old"));
                let (message, from) = match name {
                    "rotate_left" => (
                        "assertion failed: mid <= self.len()",
                        quote!((#k + #by) % #len),
                    ),
                    _ => (
                        "assertion failed: k <= self.len()",
                        quote!((#k + #len - #by) % #len),
                    ),
                };
                out.extend(quote! {
                    let #len: usize = #of.len();
                    assert!(#by <= #len, #message);
                    let #old = #of.to_vec();
                    for #k in 0..#len { #of[#k] = #old[#from].clone(); }
                });
            }
            ("sort_by" | "sort_unstable_by", 1) => self.sorted(of, call, out),
            _ => return false,
        }
        true
    }

    /// Two slices of different lengths panic as the standard library does.
    fn same_lengths(
        &mut self,
        name: &str,
        a: &TokenStream,
        b: &TokenStream,
        out: &mut TokenStream,
    ) {
        let (first, second) = (self.hidden("len"), self.hidden("len"));
        let check =
            proc_macro2::Ident::new(&format!("check_{name}"), proc_macro2::Span::mixed_site());
        out.extend(quote! {
            let #first: usize = #a.len();
            let #second: usize = #b.len();
            ::autodiff_runtime::private::#check(#first, #second);
        });
    }

    /// The order is found by code that passes through; the elements then move to their places.
    fn sorted(&mut self, of: &TokenStream, call: &syn::ExprMethodCall, out: &mut TokenStream) {
        let (a, b) = (self.hidden("a"), self.hidden("b"));
        let (order, old, k) = (self.hidden("order"), self.hidden("old"), self.hidden("k"));
        let (body, comparison) = self.comparison_in(of.clone(), &a, &b, &call.args[0]);
        let method = &call.method;
        out.extend(quote! {
            let #order: ::std::vec::Vec<usize> = ::autodiff_runtime::private::order(
                #of.len(),
                |#order| #order.#method(|#a, #b| { let (#a, #b) = (*#a, *#b); #body #comparison }),
            );
            let #old = #of.to_vec();
            for #k in 0..#old.len() { #of[#k] = #old[#order[#k]].clone(); }
        });
    }

    /// The value of a method that changes a sequence, or of a function of `std::mem`, or of one
    /// that makes a sequence of sequences flat.
    pub(super) fn sequence_value(&mut self, call: &syn::ExprMethodCall) -> Option<Operand> {
        let name = call.method.to_string();
        let mut out = TokenStream::new();
        match (name.as_str(), call.args.len()) {
            ("remove" | "swap_remove", 1) if self.is_sequence(&call.receiver) => {
                let of = self.sequence_of(&call.receiver, true, &mut out);
                let value = self.removed(&name, &of, &call.args[0], &mut out);
                Some(self.block_value(&block(quote!(#out #value))))
            }
            ("map", 1) => self.mapped_array(call),
            ("concat", 0) => {
                let vec = self.hidden("collected");
                let stmts = self.flat(&call.receiver, &quote!(#vec))?;
                let value = self.block_value(&block(quote!(#stmts #vec)));
                self.made.extend(value.var());
                Some(value)
            }
            _ => None,
        }
    }

    /// `mem::replace(&mut a, b)`, `mem::take(&mut a)`.
    pub(super) fn mem_value(&mut self, call: &syn::ExprCall, expr: &Expr) -> Option<Operand> {
        let Expr::Path(path) = &*call.func else {
            return None;
        };
        let replaces = by_names(&path.path, |names| match names {
            [.., "mem", "replace"] if call.args.len() == 2 => Some(true),
            [.., "mem", "take"] if call.args.len() == 1 => Some(false),
            _ => None,
        })?;
        let place = match &call.args[0] {
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.place(&reference.expr)
            }
            other => self.place(other),
        }?;
        let ty = self.trace.place_ty(&place);
        if !ty.may_be_active() {
            return None;
        }
        let new = match replaces {
            true => self.value(&call.args[1]),
            false => match &ty {
                Ty::Real => Operand::ZERO,
                Ty::Vec(_) => Operand::Code(Code {
                    tokens: quote!(::std::vec::Vec::new()),
                    reads: Vec::new(),
                    pure: true,
                    ty: ty.clone(),
                    span: expr.span(),
                }),
                _ => return None,
            },
        };
        let old = match ty.is_copy() {
            true => self.eqn(Op::Load(place.clone()), Vec::new(), ty, expr.span()),
            false => self.copy_to_move(place.clone(), ty, expr.span()),
        };
        let span = expr.span();
        self.emit(Stmt::Assign {
            place,
            value: new,
            span,
        });
        Some(old)
    }

    /// `let (a, b) = (&x[..k], &x[k..]);` binds one reference after the other. False if `local` is
    /// something else, or if a name of the pattern also stands in a value.
    pub(super) fn let_references(&mut self, local: &syn::Local) -> bool {
        let (Some(init), Pat::Tuple(pats)) = (&local.init, &local.pat) else {
            return false;
        };
        let Expr::Tuple(values) = &*init.expr else {
            return false;
        };
        let borrows = |value: &Expr| match value {
            Expr::Reference(reference) => self.is_sequence(&reference.expr),
            _ => false,
        };
        let names = super::stmt::pattern_names(&local.pat);
        let taken: std::collections::HashSet<String> = flat_idents(values.to_token_stream());
        if init.diverge.is_some()
            || pats.elems.len() != values.elems.len()
            || pats.elems.iter().any(super::pattern::is_rest)
            || !values.elems.iter().any(borrows)
            || names
                .iter()
                .any(|(name, _)| taken.contains(&name.to_string()))
        {
            return false;
        }
        let (pats, values) = (pats.elems.iter(), values.elems.iter());
        self.rewritten(quote!(#(let #pats = #values;)*));
        true
    }

    /// `[a, b].map(f)`: an array of the same length. Only to floats, of which the result is known to
    /// be made.
    fn mapped_array(&mut self, call: &syn::ExprMethodCall) -> Option<Operand> {
        let Ty::Array(element, _) = self.ty_of(&call.receiver).behind().clone() else {
            return None;
        };
        let (Ty::Real, Expr::Closure(closure)) = (&*element, &call.args[0]) else {
            return None;
        };
        let (old, new) = (self.hidden("old"), self.hidden("new"));
        let (k, f, receiver) = (self.hidden("k"), self.hidden("f"), &call.receiver);
        self.in_bounds.insert(k.to_string());
        Some(self.block_value(&block(quote! {
            let #old = #receiver;
            let mut #new = #old;
            let mut #f = #closure;
            for #k in 0..#old.len() { #new[#k] = #f(#old[#k]); }
            #new
        })))
    }

    /// `let (a, b) = x.split_at(k);`: two references. False if `local` is something else.
    pub(super) fn let_split(&mut self, local: &syn::Local) -> bool {
        let (Some(init), Pat::Tuple(pats)) = (&local.init, &local.pat) else {
            return false;
        };
        let Expr::MethodCall(call) = &*init.expr else {
            return false;
        };
        let name = call.method.to_string();
        let splits = matches!(name.as_str(), "split_at" | "split_at_mut");
        if !splits || pats.elems.len() != 2 || !self.is_sequence(&call.receiver) {
            return false;
        }
        let mut out = TokenStream::new();
        let mutable = (name == "split_at_mut").then(|| quote!(mut));
        let of = self.sequence_of(&call.receiver, mutable.is_some(), &mut out);
        let (mid, at) = (self.hidden("mid"), &call.args[0]);
        self.in_bounds.insert(mid.to_string());
        let (first, second) = (&pats.elems[0], &pats.elems[1]);
        self.rewritten(quote! {
            #out
            let #mid: usize = #at;
            assert!(#mid <= #of.len(), "mid > len");
            let #first = & #mutable #of[..#mid];
            let #second = & #mutable #of[#mid..];
        });
        true
    }
}

/// The names in `tokens`.
fn flat_idents(tokens: TokenStream) -> std::collections::HashSet<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => [ident.to_string()].into(),
            proc_macro2::TokenTree::Group(group) => flat_idents(group.stream()),
            _ => Default::default(),
        })
        .collect()
}

fn peeled(expr: &Expr) -> &Expr {
    match expr {
        Expr::Reference(reference) => &reference.expr,
        other => other,
    }
}
