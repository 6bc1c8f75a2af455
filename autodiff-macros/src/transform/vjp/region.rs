//! Branches and loops, backwards.

use super::*;

impl Vjp<'_> {
    pub(super) fn branch(
        &mut self,
        id: u32,
        cond: &Operand,
        then: &Block,
        els: &Block,
        span: Span,
    ) -> Vec<Stmt> {
        let joins = self.joins_in(then, els);
        for var in &joins {
            if let Some(total) = self.total(*var, span) {
                let total = match total {
                    Operand::Var(var) if self.trace.var(var).kind == Kind::Slot => {
                        self.snapshot(Place::whole(var), span)
                    }
                    total => total,
                };
                self.joined.insert(*var, total);
            }
        }
        let (then, then_back) = self.nested(then, (id, 1));
        let (els, els_back) = self.nested(els, (id, 2));
        for var in joins {
            self.joined.remove(&var);
        }
        if !then_back.0.is_empty() || !els_back.0.is_empty() {
            let cond = cond.clone();
            self.out().push(Stmt::If {
                id,
                cond,
                then: then_back,
                els: els_back,
                span,
            });
        }
        vec![Stmt::If {
            id,
            cond: cond.clone(),
            then,
            els,
            span,
        }]
    }

    /// The scalar joins of this region that the branches assign.
    pub(super) fn joins_in(&self, then: &Block, els: &Block) -> Vec<VarId> {
        let mut joins = then.all_writes();
        joins.extend(els.all_writes());
        joins.sort();
        joins.dedup();
        joins.retain(|var| {
            self.trace.var(*var).kind == Kind::Join
                && self.active(*var)
                && self.is_scalar(*var)
                && self.homes.get(var) == Some(&self.home())
        });
        joins
    }

    pub(super) fn a_loop(&mut self, l: &Loop) -> Vec<Stmt> {
        let (body, back) = self.nested(&l.body, (l.id, 1));
        let mut new = Loop { body, ..l.clone() };
        if back.0.is_empty() {
            return vec![Stmt::Loop(Box::new(new))];
        }
        let (id, span) = (l.id, l.span);
        match &l.head {
            Head::Range {
                var,
                lo,
                hi,
                inclusive,
                step,
                reversed,
            } if l.exits.is_empty() => {
                let head = Head::Range {
                    var: *var,
                    lo: lo.clone(),
                    hi: hi.clone(),
                    inclusive: *inclusive,
                    step: step.clone(),
                    reversed: !reversed,
                };
                let backward = Loop {
                    id,
                    head,
                    body: back,
                    exits: Vec::new(),
                    span,
                };
                self.out().push(Stmt::Loop(Box::new(backward)));
                vec![Stmt::Loop(Box::new(new))]
            }
            _ => {
                let (before, count, after) = self.counter();
                new.body.0.push(count);
                let Stmt::Let(Eqn { var: trips, .. }) = &after else {
                    unreachable!()
                };
                let head = Head::Replay { trips: *trips };
                let backward = Loop {
                    id,
                    head,
                    body: back,
                    exits: Vec::new(),
                    span,
                };
                self.out().push(Stmt::Loop(Box::new(backward)));
                vec![before, Stmt::Loop(Box::new(new)), after]
            }
        }
    }

    /// Counts the iterations of a loop whose number is not known beforehand.
    pub(super) fn counter(&mut self) -> (Stmt, Stmt, Stmt) {
        let span = Span::mixed_site();
        let counter = self.trace.fresh("count", Ty::Passive, Kind::Slot, span);
        self.trace.var_mut(counter).mutated = true;
        let trips = self.trace.fresh("trips", Ty::Passive, Kind::Temp, span);
        let ident = self.trace.var(counter).ident.clone();
        let init = Some(Operand::Code(Code::pure(quote!(0_usize), Vec::new())));
        let before = Stmt::Declare { var: counter, init };
        let code = Code::pure(quote!(#ident += 1;), vec![counter]);
        let count = Stmt::Passive {
            code,
            defines: Vec::new(),
            writes: vec![counter],
        };
        let code = Code::pure(quote!(#ident), vec![counter]);
        let eqn = Eqn {
            var: trips,
            op: Op::Passive(code),
            args: Vec::new(),
            span,
        };
        (before, count, Stmt::Let(eqn))
    }

    /// Transposes a nested region into a block of its own.
    pub(super) fn nested(&mut self, block: &Block, home: Home) -> (Block, Block) {
        self.frames.push(Frame {
            home,
            out: Vec::new(),
        });
        let forward = self.block(block);
        let frame = self.frames.pop().expect("the frame pushed above");
        (forward, Block(frame.out))
    }
}
