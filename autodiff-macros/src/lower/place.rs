//! Which part of which variable does an expression denote?

use super::Lower;
use crate::ir::*;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, UnOp};

impl Lower<'_> {
    /// The place of `expr`, if it is one: a variable, a field, an element, a range of elements.
    pub(super) fn place(&mut self, expr: &Expr) -> Option<Place> {
        match expr {
            Expr::Path(path) => {
                let root = self.lookup(&path.path.get_ident()?.to_string())?;
                Some(
                    self.aliases
                        .get(&root)
                        .map_or(Place::whole(root), |alias| alias.place.clone()),
                )
            }
            Expr::Paren(inner) => self.place(&inner.expr),
            Expr::Group(inner) => self.place(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => {
                let place = self.place(&unary.expr)?;
                if !place.is_whole() || self.is_alias(&unary.expr) {
                    return Some(place);
                }
                // `*x` on a reference is the variable itself: the trace looks through references.
                matches!(self.trace.ty(place.root), Ty::Ref(..)).then_some(place)
            }
            Expr::Field(field) => {
                let mut place = self.place(&field.base)?;
                place.path.push(Step::Field(field.member.to_token_stream()));
                Some(place)
            }
            Expr::Index(index) => {
                let mut place = self.place(&index.expr)?;
                place.path.push(self.index_step(&index.index));
                Some(place)
            }
            _ => None,
        }
    }

    fn index_step(&mut self, index: &Expr) -> Step {
        let code = self.opaque_as(index, Ty::Passive);
        if let Expr::Range(range) = index {
            return Step::Range(self.range_step(range, code));
        }
        Step::Index(self.hold(code))
    }

    /// The ends of a range in variables of their own, so that the same range can be taken of the
    /// adjoint.
    fn range_step(&mut self, range: &syn::ExprRange, code: Code) -> Code {
        let mut reads = Vec::new();
        let mut end = |lower: &mut Self, expr: &Option<Box<Expr>>| -> Option<TokenStream> {
            let code = lower.opaque_as(expr.as_deref()?, Ty::Passive);
            let held = lower.hold(code);
            reads.extend_from_slice(held.reads());
            Some(match held {
                Operand::Var(var) => lower.trace.var(var).ident.to_token_stream(),
                Operand::Code(code) => code.tokens,
                Operand::Lit(value, _) => value.to_token_stream(),
            })
        };
        let (start, stop) = (end(self, &range.start), end(self, &range.end));
        let limits = &range.limits;
        let mut tokens = TokenStream::new();
        tokens.extend(start);
        limits.to_tokens(&mut tokens);
        tokens.extend(stop);
        Code {
            tokens,
            reads,
            pure: true,
            ty: Ty::Passive,
            span: code.span,
        }
    }

    /// The value at a place: the variable itself where that cannot change, otherwise what stands
    /// there now.
    pub(super) fn load(&mut self, place: Place, expr: &Expr) -> Operand {
        let ty = self.trace.place_ty(&place);
        let var = self.trace.var(place.root);
        if place.is_whole() {
            let fixed = match var.kind {
                Kind::Temp | Kind::Join | Kind::Param => true,
                Kind::Slot => false,
            };
            if fixed && !matches!(var.ty, Ty::Ref(..)) {
                return Operand::Var(place.root);
            }
        }
        // Only generated code takes a `Vec` out of a sequence by value: the items of `into_iter`.
        let is_element = matches!(place.path.last(), Some(Step::Index(_)));
        if is_element && matches!(ty, Ty::Vec(_)) {
            return self.copy_to_move(place, ty, expr.span());
        }
        if place.is_whole() && !ty.is_copy() {
            self.trace.var_mut(place.root).moved = true;
        }
        self.eqn(Op::Load(place), Vec::new(), ty, expr.span())
    }
}
