//! Operators and methods on values whose types only the compiler knows.
//!
//! They become calls, whose derivatives the compiler finds by the types. Where it turns out later
//! that these are floats, `analysis/types.rs` puts the row of the table in their place.

use super::Lower;
use crate::ir::*;
use proc_macro2::{Literal, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, UnOp};

impl Lower<'_> {
    /// Whether the macro knows neither that this is a number nor that it has no derivative.
    pub(super) fn is_unknown(&self, expr: &Expr) -> bool {
        matches!(self.ty_of(expr).behind(), Ty::Unknown) && self.mentions_real(expr)
    }

    /// `a ∘ b` or `-a`, of which at least one operand is of unknown type.
    pub(super) fn operator(
        &mut self,
        name: &'static str,
        operands: &[&Expr],
        ty: Ty,
        span: Span,
    ) -> Operand {
        let mut args = Vec::new();
        let mut borrowed = Vec::new();
        for operand in operands {
            let (place, reference) = self.operator_argument(operand);
            args.push(Arg::Shared(place));
            borrowed.push(reference);
        }
        let operator = Operator { name, borrowed };
        self.emit_call(Callee::Operator(operator), None, args, ty, span)
    }

    /// Where the operand of an operator is, and whether it is written as a reference.
    fn operator_argument(&mut self, expr: &Expr) -> (Place, bool) {
        match expr {
            Expr::Paren(inner) => return self.operator_argument(&inner.expr),
            Expr::Group(inner) => return self.operator_argument(&inner.expr),
            Expr::Reference(reference) if reference.mutability.is_none() => {
                return (self.operator_argument(&reference.expr).0, true);
            }
            _ => {}
        }
        let is_reference = matches!(self.ty_of(expr), Ty::Ref(..));
        if self.is_unknown(expr)
            && let Some(place) = self.place(expr)
        {
            return (place, is_reference);
        }
        let operand = self.operand(expr);
        let place = self.in_a_place(operand, expr.span());
        (place, false)
    }

    /// The variable of an operand, a new one if it is none yet.
    fn in_a_place(&mut self, operand: Operand, span: Span) -> Place {
        if let Operand::Var(var) = operand {
            return Place::whole(var);
        }
        let ty = self.trace.operand_ty(&operand);
        match self.eqn(Op::Copy, vec![operand], ty, span) {
            Operand::Var(var) => Place::whole(var),
            _ => unreachable!("an equation has a variable"),
        }
    }

    /// `value as f64`, of a value of unknown type.
    pub(super) fn cast_unknown(&mut self, cast: &syn::ExprCast) -> Operand {
        let (place, _) = self.operator_argument(&cast.expr);
        let operator = Operator {
            name: "cast",
            borrowed: vec![false],
        };
        let args = vec![Arg::Shared(place)];
        let span = cast.as_token.span();
        self.emit_call(Callee::Operator(operator), None, args, Ty::Real, span)
    }

    /// `-value`, of a value of unknown type.
    pub(super) fn negated_unknown(&mut self, unary: &syn::ExprUnary) -> Operand {
        debug_assert!(matches!(unary.op, UnOp::Neg(_)));
        self.operator("neg", &[&unary.expr], Ty::Unknown, unary.op.span())
    }

    /// `S { a: …, ..base }` with active parts.
    pub(super) fn struct_value(&mut self, expr: &syn::ExprStruct) -> Operand {
        let mut args = Vec::new();
        let mut members = Vec::new();
        for field in &expr.fields {
            args.push(self.value(&field.expr));
            members.push(field.member.to_token_stream());
        }
        args.extend(expr.rest.iter().map(|base| self.value(base)));
        let path = expr.path.to_token_stream();
        let op = Op::Struct(path, members);
        self.eqn(op, args, Ty::Unknown, expr.span())
    }

    /// `S(a, b)` with active parts, of a tuple struct.
    pub(super) fn tuple_struct_value(&mut self, call: &syn::ExprCall) -> Operand {
        let args: Vec<Operand> = call.args.iter().map(|arg| self.value(arg)).collect();
        let members = (0..args.len()).map(|k| Literal::usize_unsuffixed(k).to_token_stream());
        let op = Op::Struct(call.func.to_token_stream(), members.collect());
        self.eqn(op, args, Ty::Unknown, call.span())
    }

    /// Whether a call gives a tuple struct its fields.
    pub(super) fn is_tuple_struct(&self, call: &syn::ExprCall) -> bool {
        let Expr::Path(path) = &*call.func else {
            return false;
        };
        let mut names = path.path.segments.iter().rev();
        let mut next = || names.next().map(|segment| segment.ident.to_string());
        let (last, before) = (next(), next());
        // `Shape::Disc` is a variant of an enum.
        let variant = before.is_some_and(|name| name.starts_with(char::is_uppercase));
        last.is_some_and(|name| {
            name.starts_with(char::is_uppercase) && !matches!(name.as_str(), "Some" | "Ok" | "Err")
        }) && !variant
    }

    /// Whether the method is called through the hidden ones beside it.
    pub(super) fn is_method_of_unknown(&self, call: &syn::ExprMethodCall) -> bool {
        if self.is_iterator(&call.receiver) {
            return false;
        }
        let receiver = self.ty_of(&call.receiver);
        match receiver.behind() {
            Ty::Unknown => self.mentions_real(call),
            Ty::Opaque => call.args.iter().any(|arg| self.mentions_real(arg)),
            _ => false,
        }
    }

    /// The same for a method called for what it does.
    pub(super) fn is_differentiable_method(&self, call: &syn::ExprMethodCall) -> bool {
        /// What `Vec`s and slices have, whose names no user's method should be guessed behind.
        const OF_SEQUENCES: &[&str] = &[
            "push",
            "pop",
            "clear",
            "truncate",
            "extend",
            "swap",
            "fill",
            "reverse",
            "sort_by",
            "copy_from_slice",
            "clone_from_slice",
            "extend_from_slice",
            "resize",
            "insert",
            "remove",
        ];
        let name = call.method.to_string();
        self.is_method_of_unknown(call)
            && !OF_SEQUENCES.contains(&name.as_str())
            && !super::typing::PASSIVE_METHODS.contains(&name.as_str())
    }

    /// `receiver.name(args)`, the receiver of unknown type.
    pub(super) fn unknown_method_call(&mut self, call: &syn::ExprMethodCall) -> Operand {
        let name = call.method.to_string();
        if super::matrix::CHANGED_IN_PLACE.contains(&name.as_str()) {
            self.errors.at(
                &call.method,
                format!(
                    "`{name}` changes a matrix in place, which is not supported by `#[differentiate]` here; \
                     assign to the entries `m[(i, j)]` in a loop, or use `set_row`, `set_column`, \
                     `copy_from`, `fill`, or an operator"
                ),
            );
            return self.constant(quote::quote!(::autodiff_runtime::private::placeholder()));
        }
        let receiver = self.receiver(&call.receiver);
        let mut args = vec![receiver];
        args.extend(call.args.iter().map(|arg| self.arg(arg)));
        super::call::share_repeated(&mut args);
        let turbofish = call
            .turbofish
            .as_ref()
            .map(|fish| fish.args.to_token_stream());
        let callee = Callee::Method(call.method.clone());
        self.emit_call(callee, turbofish, args, Ty::Unknown, call.method.span())
    }

    /// The receiver borrows itself as the method wants it: mutably where that is possible.
    fn receiver(&mut self, expr: &Expr) -> Arg {
        match expr {
            Expr::Paren(inner) => return self.receiver(&inner.expr),
            Expr::Group(inner) => return self.receiver(&inner.expr),
            _ => {}
        }
        if let Some(place) = self.place(expr) {
            let root = self.trace.var(place.root);
            let mutable = root.kind == Kind::Slot || matches!(root.ty, Ty::Ref(_, true));
            return match mutable {
                true => Arg::Either(place),
                false => Arg::Shared(place),
            };
        }
        let operand = self.operand(expr);
        Arg::Shared(self.in_a_place(operand, expr.span()))
    }

    /// Emits a call; gives the variable of its result.
    pub(super) fn emit_call(
        &mut self,
        callee: Callee,
        turbofish: Option<proc_macro2::TokenStream>,
        args: Vec<Arg>,
        ty: Ty,
        span: Span,
    ) -> Operand {
        let here = span.resolved_at(Span::mixed_site());
        let result = self.trace.fresh("v", ty, Kind::Temp, here);
        self.emit(Stmt::Call(Box::new(Call {
            callee,
            turbofish,
            args,
            result,
            span,
            form: CallForm::Plain,
            dots: None,
        })));
        Operand::Var(result)
    }
}
