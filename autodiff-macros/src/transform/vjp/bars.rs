//! The adjoints: where each stands, and how contributions reach it.

use super::*;

impl Vjp<'_> {
    /// A variable for the adjoint of `var`.
    pub(super) fn bar_var(&mut self, var: VarId) -> VarId {
        let of = self.trace.var(var);
        let name = if of.source_name.is_empty() {
            of.ident.to_string()
        } else {
            of.source_name.clone()
        };
        let (ty, span) = (
            of.ty.clone().of_tangent(),
            of.ident.span().resolved_at(Span::mixed_site()),
        );
        let bar = self
            .trace
            .fresh(&format!("{name}_bar"), ty, Kind::Slot, span);
        let new = self.trace.var_mut(bar);
        (new.mutated, new.companion_of) = (true, Some(var));
        self.trace.adjoints.insert(bar);
        bar
    }

    /// The adjoint variable of `var`, declared in the region of `var` if it is new.
    pub(super) fn bar(&mut self, var: VarId) -> VarId {
        if let Some(bar) = self.bars.get(&var) {
            return *bar;
        }
        let bar = self.bar_var(var);
        self.bars.insert(var, bar);
        let home = self.homes.get(&var).copied().unwrap_or(ROOT);
        let at = self
            .frames
            .iter()
            .position(|frame| frame.home == home)
            .unwrap_or(0);
        let init = if self.is_scalar(var) {
            Operand::ZERO
        } else {
            let ty = self.trace.ty(var).clone().of_tangent();
            let zero = self.trace.fresh("v", ty, Kind::Temp, Span::mixed_site());
            let (op, args, span) = (self.trace.zero_op(var), Vec::new(), Span::mixed_site());
            self.frames[at].out.push(Stmt::Let(Eqn {
                var: zero,
                op,
                args,
                span,
            }));
            Operand::Var(zero)
        };
        self.frames[at].out.push(Stmt::Declare {
            var: bar,
            init: Some(init),
        });
        if self.is_scalar(var) && self.trace.var(var).kind != Kind::Slot {
            self.pending.entry(var).or_default().push(Operand::Var(bar));
        }
        bar
    }

    /// The place of the adjoint of a place.
    pub(super) fn bar_place(&mut self, place: &Place) -> Place {
        Place {
            root: self.bar(place.root),
            path: place.path.clone(),
        }
    }

    /// What `operand` is at this moment, in a temporary.
    pub(super) fn snapshot(&mut self, place: Place, span: Span) -> Operand {
        self.builder(span)
            .eqn(Op::Load(place), Vec::new(), Ty::Real)
    }

    /// Adds a scalar to the adjoint of `operand`.
    pub(super) fn contribute(&mut self, operand: &Operand, value: Operand) {
        let Some(var) = self.activity.active_var(operand) else {
            return;
        };
        if value.lit() == Some(0.0) {
            return;
        }
        let is_slot = self.trace.var(var).kind == Kind::Slot || !self.is_scalar(var);
        let here = self.homes.get(&var).copied().unwrap_or(ROOT) == self.home();
        if here && !is_slot {
            self.pending.entry(var).or_default().push(value);
            return;
        }
        let bar = self.bar(var);
        let (place, negative, span) = (Place::whole(bar), false, Span::mixed_site());
        self.out().push(Stmt::Accumulate {
            place,
            value,
            negative,
            span,
        });
    }

    /// Adds all of `from` to the adjoint of `operand`.
    pub(super) fn contribute_all(&mut self, operand: &Operand, from: Place) {
        let Some(var) = self.activity.active_var(operand) else {
            return;
        };
        if self.is_scalar(var) {
            let value = self.snapshot(from, Span::mixed_site());
            return self.contribute(operand, value);
        }
        let place = Place::whole(self.bar(var));
        self.out().push(Stmt::AccumulateAll { place, other: from });
    }

    /// Adds to the adjoint of `operand`, whatever it is, what stands at `from`.
    pub(super) fn contribute_from(&mut self, operand: &Operand, from: Place, span: Span) {
        let Some(var) = self.activity.active_var(operand) else {
            return;
        };
        if self.is_scalar(var) {
            let value = self.snapshot(from, span);
            self.contribute(operand, value);
        } else {
            self.contribute_all(operand, from);
        }
    }

    /// The adjoint of a scalar temporary, now that all its uses have been seen.
    pub(super) fn total(&mut self, var: VarId, span: Span) -> Option<Operand> {
        let terms = self.pending.remove(&var)?;
        let terms = self.merged(terms, span);
        let name = self.trace.var(var).source_name.clone();
        let total = self.builder(span).sum(terms);
        if !name.is_empty()
            && let Some(sum) = total.var()
            && self.trace.var(sum).kind == Kind::Temp
            && self.trace.var(sum).source_name.is_empty()
            && self.trace.var(sum).ident.to_string().starts_with('v')
        {
            let ident = self
                .trace
                .names
                .fresh(&format!("{name}_bar"), Span::mixed_site());
            self.rename(sum, ident);
        }
        Some(total)
    }

    /// Gives a temporary a better name, as long as no passive expression mentions it.
    pub(super) fn rename(&mut self, var: VarId, ident: proc_macro2::Ident) {
        self.trace.var_mut(var).ident = ident;
    }

    /// The final adjoint of a parameter passed by value.
    pub(super) fn cotangent(&mut self, param: VarId) -> Operand {
        if self.is_scalar(param) && self.trace.var(param).kind != Kind::Slot {
            return self
                .total(param, Span::mixed_site())
                .unwrap_or(Operand::ZERO);
        }
        Operand::Var(self.bar(param))
    }
}
