//! What a function, a block or a loop hands out.

use super::*;
use syn::Expr;
use syn::spanned::Spanned;

impl Lower<'_> {
    /// The value at the end of a block. A local variable is not read again, so it is its own
    /// value.
    pub(super) fn result_value(&mut self, expr: &Expr) -> Operand {
        if let Expr::Path(_) = expr
            && let Some(place) = self.place(expr)
            && place.is_whole()
            && !matches!(self.trace.ty(place.root), Ty::Ref(..))
        {
            let root = place.root;
            if !self.trace.ty(root).is_copy() {
                self.trace.var_mut(root).moved = true;
                return Operand::Var(root);
            }
        }
        self.value(expr)
    }

    /// A copy of a variable that is returned from inside of a loop. The loop ends after this
    /// iteration, but the borrow checker cannot know.
    pub(super) fn result_in_loop(&mut self, expr: &Expr) -> Option<Operand> {
        let Expr::Path(_) = expr else { return None };
        let place = self.place(expr)?;
        let ty = self.trace.place_ty(&place);
        if self.exits.loops.is_empty() || ty.is_copy() || ty.is_passive() {
            return None;
        }
        Some(self.copy_to_move(place, ty, expr.span()))
    }

    /// `expr`, which is returned from inside of a loop, with copies of the variables that it would
    /// move into a tuple, a struct or the like.
    fn with_copies(&mut self, expr: &Expr) -> Expr {
        let mut copied = expr.clone();
        if !self.exits.loops.is_empty() {
            self.copy_parts(&mut copied);
        }
        copied
    }

    fn copy_parts(&mut self, expr: &mut Expr) {
        let parts: Vec<&mut Expr> = match expr {
            Expr::Paren(inner) => vec![&mut inner.expr],
            Expr::Tuple(tuple) => tuple.elems.iter_mut().collect(),
            Expr::Array(array) => array.elems.iter_mut().collect(),
            Expr::Call(call) if wraps(&call.func) => call.args.iter_mut().collect(),
            Expr::Struct(literal) => {
                let fields = literal.fields.iter_mut().map(|field| {
                    field.colon_token.get_or_insert_default();
                    &mut field.expr
                });
                fields.collect()
            }
            _ => return,
        };
        for part in parts {
            let moves = matches!(part, Expr::Path(_))
                && self.place(part).is_some_and(|place| {
                    let ty = self.trace.place_ty(&place);
                    !(ty.is_copy() || ty.is_passive() || matches!(ty, Ty::Ref(..)))
                });
            if moves {
                let span = part.span();
                *part = syn::parse_quote_spanned!(span=> #part.clone());
            } else {
                self.copy_parts(part);
            }
        }
    }

    pub(super) fn assign_result(&mut self, var: VarId, expr: &Expr) {
        let expr = &self.with_copies(expr);
        if self.fallible && self.exits.result == Some(var) {
            return self.assign_outcome(var, expr);
        }
        self.assign_value(var, expr);
    }

    pub(super) fn assign_value(&mut self, var: VarId, expr: &Expr) {
        let value = self
            .result_in_loop(expr)
            .unwrap_or_else(|| self.value(expr));
        if matches!(self.trace.ty(var), Ty::Unknown | Ty::Passive | Ty::Opaque) {
            self.trace.var_mut(var).ty = self.trace.operand_ty(&value).of_variable();
        }
        self.emit(Stmt::Assign {
            place: Place::whole(var),
            value,
            span: expr.span(),
        });
    }
}

/// Whether a function is `Some` or `Ok`.
fn wraps(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.is_ident("Some") || path.path.is_ident("Ok"))
}
