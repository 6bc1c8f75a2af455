//! A `Vec` that grows and shrinks, backwards: its adjoint shrinks and grows.

use super::*;

impl Vjp<'_> {
    /// What was pushed last comes off the adjoint.
    pub(super) fn push(&mut self, place: &Place, value: &Operand, span: Span) {
        let place = self.bar_place(place);
        let ty = self.trace.operand_ty(value);
        let var = self.trace.fresh("v", ty, Kind::Temp, Span::mixed_site());
        self.out().push(Stmt::Pop { place, var, span });
        self.contribute_from(value, Place::whole(var), span);
    }

    /// What was popped has an adjoint that goes back to the end.
    pub(super) fn pop(&mut self, place: &Place, var: VarId, span: Span) {
        let value = if self.is_scalar(var) {
            self.total(var, span).unwrap_or(Operand::ZERO)
        } else {
            let bar = self.bar(var);
            self.trace.var_mut(bar).moved = true;
            Operand::Var(bar)
        };
        let place = self.bar_place(place);
        self.out().push(Stmt::Push { place, value, span });
    }
}
