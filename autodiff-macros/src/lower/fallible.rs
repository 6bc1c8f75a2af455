//! `Option` and `Result`: the outcome of the function, `?`, and values that may not be there.
//!
//! A failure ends every derivative where it happens, since there is nothing to sweep back from.
//! What is left is the value inside, and the derivatives are those of this value.

use super::Lower;
use super::control::Tail;
use super::exits::fails;
use crate::ir::*;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;
use syn::spanned::Spanned;

impl Lower<'_> {
    /// The function ends here with an outcome.
    pub(super) fn assign_outcome(&mut self, result: VarId, expr: &Expr) {
        if fails(expr) {
            return self.leave(expr);
        }
        match constructed(expr) {
            Some(value) => self.assign_value(result, value),
            None => {
                let value = self.value(expr);
                let Some(inner) = self.succeeded(value, expr, &quote!(fail_alike)) else {
                    return;
                };
                if matches!(self.trace.ty(result), Ty::Unknown) {
                    self.trace.var_mut(result).ty = self.trace.operand_ty(&inner);
                }
                self.emit(Stmt::Assign {
                    place: Place::whole(result),
                    value: inner,
                    span: expr.span(),
                });
            }
        }
    }

    /// `return None`, `return Err(e)`.
    pub(super) fn leave(&mut self, expr: &Expr) {
        let mut failure = quote!(());
        let mut reads = Vec::new();
        if let Expr::Call(call) = bare(expr)
            && let Some(error) = call.args.first()
        {
            let code = self.opaque_as(error, Ty::Passive);
            (failure, reads) = (code.tokens, code.reads);
        }
        let tokens = quote!(return ::autodiff_runtime::private::fail(#failure););
        self.passive(tokens, expr.span(), reads, Vec::new());
    }

    /// `value?`.
    pub(super) fn tried(&mut self, tried: &syn::ExprTry, expr: &Expr) -> Operand {
        let value = self.value(&tried.expr);
        match self.succeeded(value, expr, &quote!(propagate)) {
            Some(inner) => inner,
            None => self.constant(quote!(::autodiff_runtime::private::placeholder())),
        }
    }

    /// What `value` holds; the function ends if there is nothing.
    fn succeeded(&mut self, value: Operand, expr: &Expr, how: &TokenStream) -> Option<Operand> {
        let root = self.whole_value(value, expr.span());
        let ident = self.trace.var(root).ident.clone();
        let tokens = quote! {
            if !::autodiff_runtime::private::is_there(&#ident) {
                return ::autodiff_runtime::private::#how(#ident);
            }
        };
        self.passive(tokens, expr.span(), vec![root], Vec::new());
        Some(self.payload(root, expr.span()))
    }

    /// The variable of a value that passive code is going to mention.
    fn whole_value(&mut self, value: Operand, span: Span) -> VarId {
        let var = match value {
            Operand::Var(var) => var,
            other => {
                let ty = self.trace.operand_ty(&other);
                let made = self.eqn(Op::Copy, vec![other], ty, span);
                made.var().expect("an equation gives a variable")
            }
        };
        self.pin(var);
        var
    }

    /// What a variable holds that is known to hold something.
    fn payload(&mut self, root: VarId, span: Span) -> Operand {
        let place = Place {
            root,
            path: vec![Step::Payload],
        };
        let ty = self.trace.place_ty(&place);
        if ty.is_copy() || ty.is_passive() {
            return self.eqn(Op::Load(place), Vec::new(), ty, span);
        }
        self.copy_to_move(place, ty, span)
    }

    /// `Some(x)`, `Ok(x)` of something that may be active.
    pub(super) fn wrap(&mut self, call: &syn::ExprCall, expr: &Expr) -> Option<Operand> {
        let inner = constructed(expr)?;
        let value = self.value(inner);
        let ty = match last_segment(&call.func).as_deref() {
            Some("Some") => Ty::Maybe(Box::new(self.trace.operand_ty(&value))),
            _ => Ty::Unknown,
        };
        let path = call.func.to_token_stream();
        Some(self.eqn(Op::Wrap(path), vec![value], ty, expr.span()))
    }

    /// The methods of `Option` and `Result`; `None` if this is another one.
    pub(super) fn maybe_method(
        &mut self,
        call: &syn::ExprMethodCall,
        expr: &Expr,
    ) -> Option<Operand> {
        let name = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        let known = matches!(self.ty_of(&call.receiver).behind(), Ty::Maybe(_))
            || super::matrix::is_option(&call.receiver);
        if !known && !matches!(self.ty_of(&call.receiver).behind(), Ty::Unknown) {
            return None;
        }
        match (name.as_str(), &args[..]) {
            ("as_ref" | "copied" | "cloned", []) if known => Some(self.operand(&call.receiver)),
            ("unwrap", []) | ("expect", [_]) => {
                let value = self.value(&call.receiver);
                let root = self.whole_value(value, expr.span());
                self.check_there(root, call);
                Some(self.payload(root, expr.span()))
            }
            ("unwrap_or" | "unwrap_or_else" | "unwrap_or_default", _) => {
                let otherwise = match args.first() {
                    Some(Expr::Closure(closure)) if closure.inputs.len() < 2 => {
                        Some(&*closure.body)
                    }
                    Some(value) if name == "unwrap_or" => Some(*value),
                    None => None,
                    Some(_) => return None,
                };
                Some(self.payload_or(call, otherwise, expr))
            }
            ("ok_or" | "ok_or_else", [error]) => {
                let error = match error {
                    Expr::Closure(closure) => &*closure.body,
                    value => value,
                };
                let error = self.opaque_as(error, Ty::Passive);
                let tokens = error.tokens.clone();
                let failure = Code {
                    tokens: quote!(::core::result::Result::Err(#tokens)),
                    ..error
                };
                let ok = quote!(::core::result::Result::Ok);
                Some(self.rewrapped(call, None, &ok, failure, expr))
            }
            ("ok", []) if !known => {
                let some = quote!(::core::option::Option::Some);
                Some(self.rewrapped(call, None, &some, none(), expr))
            }
            ("map", [Expr::Closure(closure)]) if known && closure.inputs.len() == 1 => {
                let some = quote!(::core::option::Option::Some);
                Some(self.rewrapped(call, Some(closure), &some, none(), expr))
            }
            _ if known => {
                let written = self.by_cases(call)?;
                Some(self.block_value(&super::closure::block(written)))
            }
            _ => None,
        }
    }

    /// The methods of `Option` that are given a closure, as a `match`.
    fn by_cases(&mut self, call: &syn::ExprMethodCall) -> Option<TokenStream> {
        let (from, inner) = (&call.receiver, self.hidden("inner"));
        let args: Vec<&Expr> = call.args.iter().collect();
        let cases = match (call.method.to_string().as_str(), &args[..]) {
            ("and_then", [f]) => {
                let then = called(f, Some(&quote!(#inner)));
                quote!(Some(#inner) => #then, None => None,)
            }
            ("map", [f]) => {
                let mapped = called(f, Some(&quote!(#inner)));
                quote!(Some(#inner) => Some(#mapped), None => None,)
            }
            ("filter", [f]) => {
                let wanted = called(f, Some(&quote!(&#inner)));
                let wanted_by = self.hidden("wanted");
                quote! {
                    Some(#inner) => {
                        let #wanted_by: bool = #wanted;
                        if #wanted_by { Some(#inner) } else { None }
                    }
                    None => None,
                }
            }
            ("or", [other]) => quote!(Some(#inner) => Some(#inner), None => #other,),
            ("or_else", [f]) => {
                let otherwise = called(f, None);
                quote!(Some(#inner) => Some(#inner), None => #otherwise,)
            }
            ("map_or", [other, f]) => {
                let mapped = called(f, Some(&quote!(#inner)));
                quote!(Some(#inner) => #mapped, None => #other,)
            }
            ("map_or_else", [other, f]) => {
                let (otherwise, mapped) = (called(other, None), called(f, Some(&quote!(#inner))));
                quote!(Some(#inner) => #mapped, None => #otherwise,)
            }
            ("take", []) => {
                let taken = self.hidden("taken");
                return Some(quote! {
                    let #taken = #from;
                    #from = None;
                    #taken
                });
            }
            _ => return None,
        };
        Some(quote!(match #from { #cases }))
    }

    /// The panic of `unwrap` and `expect`, as the function has it.
    fn check_there(&mut self, root: VarId, call: &syn::ExprMethodCall) {
        let (ident, method) = (self.trace.var(root).ident.clone(), &call.method);
        let args = call.args.iter().map(|arg| self.opaque_as(arg, Ty::Passive));
        let (tokens, mut reads): (Vec<_>, Vec<_>) =
            args.map(|code| (code.tokens, code.reads)).unzip();
        reads.push(vec![root]);
        let tokens = quote! {
            if !::autodiff_runtime::private::is_there(&#ident) {
                #ident.#method(#(#tokens),*);
                ::core::unreachable!();
            }
        };
        self.passive(tokens, call.span(), reads.concat(), Vec::new());
    }

    /// `value.unwrap_or(otherwise)`; 0 without one.
    fn payload_or(
        &mut self,
        call: &syn::ExprMethodCall,
        otherwise: Option<&Expr>,
        expr: &Expr,
    ) -> Operand {
        let value = self.value(&call.receiver);
        let root = self.whole_value(value, expr.span());
        let place = Place {
            root,
            path: vec![Step::Payload],
        };
        let ty = match (self.trace.place_ty(&place), otherwise) {
            (Ty::Unknown, Some(otherwise)) => self.ty_of(otherwise),
            (Ty::Unknown, None) => Ty::Real,
            (ty, _) => ty,
        };
        let var = self.join(ty, expr.span());
        let there = self.there(root);
        let then = self.region(|lower| {
            let value = lower.payload(root, expr.span());
            lower.give(var, value, expr);
        });
        let els = self.region(|lower| match otherwise {
            Some(otherwise) => {
                lower.tail(otherwise, &Tail::Into(var));
            }
            None => {
                let zero = lower.constant(quote!(::core::default::Default::default()));
                lower.give(var, zero, expr);
            }
        });
        self.branch(there, then, els, expr.span());
        Operand::Var(var)
    }

    /// The value inside, changed by `map`, in `wrapper`; `otherwise` if there is none.
    fn rewrapped(
        &mut self,
        call: &syn::ExprMethodCall,
        map: Option<&syn::ExprClosure>,
        wrapper: &TokenStream,
        otherwise: Code,
        expr: &Expr,
    ) -> Operand {
        let value = self.value(&call.receiver);
        let root = self.whole_value(value, expr.span());
        let var = self.join(Ty::Unknown, expr.span());
        let there = self.there(root);
        let mut inner = Ty::Unknown;
        let then = self.region(|lower| {
            let mut value = lower.payload(root, expr.span());
            if let Some(closure) = map {
                lower.bind_value(&closure.inputs[0], value, None);
                value = lower.value(&closure.body);
            }
            inner = lower.trace.operand_ty(&value);
            let (op, ty) = (Op::Wrap(wrapper.clone()), Ty::Unknown);
            let wrapped = lower.eqn(op, vec![value], ty, expr.span());
            lower.give(var, wrapped, expr);
        });
        let els = self.region(|lower| lower.give(var, Operand::Code(otherwise), expr));
        if wrapper.to_string().ends_with("Some") {
            self.trace.var_mut(var).ty = Ty::Maybe(Box::new(inner));
        }
        self.branch(there, then, els, expr.span());
        Operand::Var(var)
    }

    /// Whether a variable holds something, as a condition.
    fn there(&mut self, root: VarId) -> Operand {
        let ident = self.trace.var(root).ident.clone();
        self.hold(Code {
            tokens: quote!(::autodiff_runtime::private::is_there(&#ident)),
            reads: vec![root],
            pure: true,
            ty: Ty::Passive,
            span: Span::mixed_site(),
        })
    }

    fn give(&mut self, var: VarId, value: Operand, expr: &Expr) {
        if let Some(given) = value.var()
            && !self.trace.ty(given).is_copy()
            && !self.trace.ty(given).is_passive()
        {
            self.trace.var_mut(given).moved = true;
        }
        self.emit(Stmt::Assign {
            place: Place::whole(var),
            value,
            span: expr.span(),
        });
    }
}

/// `f(arg)`, the body in its place if `f` is a closure.
fn called(f: &Expr, arg: Option<&TokenStream>) -> TokenStream {
    match (f, arg) {
        (Expr::Closure(closure), _) if closure.inputs.len() < 2 => {
            let (pat, body) = (closure.inputs.first(), &closure.body);
            match (pat, arg) {
                (Some(pat), Some(arg)) => quote!({ let #pat = #arg; #body }),
                _ => quote!({ #body }),
            }
        }
        _ => quote!((#f)(#arg)),
    }
}

/// `x` in `Some(x)` or `Ok(x)`.
pub(super) fn constructed(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = bare(expr) else {
        return None;
    };
    let name = last_segment(&call.func)?;
    (matches!(name.as_str(), "Some" | "Ok") && call.args.len() == 1).then(|| &call.args[0])
}

fn last_segment(func: &Expr) -> Option<String> {
    let Expr::Path(path) = func else { return None };
    Some(path.path.segments.last()?.ident.to_string())
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

fn none() -> Code {
    Code {
        tokens: quote!(::core::option::Option::None),
        reads: Vec::new(),
        pure: true,
        ty: Ty::Passive,
        span: Span::mixed_site(),
    }
}
