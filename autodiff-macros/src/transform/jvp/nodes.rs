//! Nodes of a printable trace in place of tangents.

use super::*;

impl Jvp<'_> {
    /// Enters an equation into the printable trace.
    pub(super) fn record(
        &mut self,
        eqn: &Eqn,
        mut record: Record,
        partials: Vec<(VarId, Operand)>,
        out: &mut Vec<Stmt>,
    ) {
        // The same variable may stand in two places: its partials are in the order of the places.
        let mut partials = partials.into_iter().peekable();
        let active = eqn
            .args
            .iter()
            .filter_map(|arg| self.activity.active_var(arg));
        for arg in active.collect::<Vec<_>>() {
            let partial = match partials.peek() {
                Some((var, _)) if *var == arg => partials.next().map(|(_, partial)| partial),
                _ => None,
            };
            let node = Operand::Var(self.dot(arg));
            record
                .parents
                .push((node, partial.unwrap_or(Operand::ZERO)));
            record.constants.push(Operand::Var(arg));
        }
        let var = self.dot(eqn.var);
        let op = Op::Record(Box::new(record));
        out.push(Stmt::Let(Eqn {
            var,
            op,
            args: Vec::new(),
            span: eqn.span,
        }));
    }

    /// `place += value` as an equation of the printable trace.
    pub(super) fn record_sum(
        &mut self,
        place: &Place,
        value: &Operand,
        negative: bool,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let load = |jvp: &mut Self, place: &Place, out: &mut Vec<Stmt>| {
            let (trace, base) = (&mut *jvp.trace, jvp.base);
            let op = Op::Load(place.clone());
            Builder {
                trace,
                base,
                out,
                span,
            }
            .eqn(op, Vec::new(), Ty::Real)
        };
        let old = load(self, place, out);
        out.push(stmt_sum(place, value, negative, span));
        let now = load(self, place, out);
        let target = self.dot_place(place);
        let before = load(self, &target, out);
        let name = match place.is_whole() {
            true => self.trace.var(place.root).source_name.clone(),
            false => String::new(),
        };
        let node = self.dot_operand(value);
        let record =
            crate::transform::record::of_sum(name, (old, now), before, value, node, negative);
        let (trace, base) = (&mut *self.trace, self.base);
        let op = Op::Record(Box::new(record));
        let value = Builder {
            trace,
            base,
            out,
            span,
        }
        .eqn(op, Vec::new(), Ty::Real);
        out.push(Stmt::Assign {
            place: target,
            value,
            span,
        });
    }
}
