//! Reverse mode: the linear equations of a trace, transposed, in reverse order.
//!
//! The result is two blocks over the same variables: the forward sweep, which is the function
//! itself, and the backward sweep, which reads its values freely. How the values of a branch or an
//! iteration get from the one to the other is the business of [`super::store`].
//!
//! The adjoint of a scalar temporary is the sum of the contributions of its uses; where all of
//! them stand in the region of its definition that sum is an expression, otherwise a variable
//! `x_bar` that the nested regions add to. The adjoint of a slot is always a variable: reading the
//! slot adds to it, overwriting the slot empties it.

use super::linear::Builder;
use crate::analysis::activity::Activity;
use crate::ir::*;
use crate::signature::Base;
use proc_macro2::{Literal, Span};
use quote::{ToTokens, quote};

/// The two sweeps.
pub struct Sweeps {
    pub forward: Block,
    pub backward: Block,
    /// The adjoints of the scalar and aggregate parameters passed by value.
    pub cotangents: VarMap<Operand>,
}

/// What the adjoint starts from.
pub struct Seeds {
    /// The cotangent of the function's value.
    pub result: Option<Operand>,
    /// The adjoint of each parameter passed by reference.
    pub shadows: VarMap<VarId>,
}

/// Transposes `trace`.
pub fn vjp(
    trace: &mut Trace,
    activity: &Activity,
    base: Base,
    params: &[VarId],
    seeds: &Seeds,
) -> Sweeps {
    let body = trace.body.clone();
    let mut vjp = Vjp {
        homes: VarMap::new(),
        trace,
        activity,
        base,
        frames: Vec::new(),
        bars: seeds.shadows.clone(),
        pending: VarMap::new(),
        joined: VarMap::new(),
    };
    for param in params {
        vjp.homes.insert(*param, ROOT);
    }
    vjp.find_homes(&body, ROOT);
    vjp.frames.push(Frame {
        home: ROOT,
        out: Vec::new(),
    });
    vjp.seed(seeds);
    let forward = vjp.block(&body);
    let mut cotangents = VarMap::new();
    for param in params {
        if activity.is_active(*param) && !matches!(vjp.trace.ty(*param), Ty::Ref(..)) {
            let cotangent = vjp.cotangent(*param);
            cotangents.insert(*param, cotangent);
        }
    }
    let backward = Block(vjp.frames.pop().expect("the root frame").out);
    Sweeps {
        forward,
        backward,
        cotangents,
    }
}

/// A region, by the number of the branch or loop it belongs to.
type Home = (u32, u8);
const ROOT: Home = (0, 0);

/// The backward statements of a region under construction.
struct Frame {
    home: Home,
    out: Vec<Stmt>,
}

struct Vjp<'a> {
    trace: &'a mut Trace,
    activity: &'a Activity,
    base: Base,
    /// The region in which each variable is bound.
    homes: VarMap<Home>,
    frames: Vec<Frame>,
    /// The adjoint variables made so far.
    bars: VarMap<VarId>,
    /// The contributions to the adjoints of scalar temporaries.
    pending: VarMap<Vec<Operand>>,
    /// The adjoints of joins whose branches are being transposed.
    joined: VarMap<Operand>,
}

impl Vjp<'_> {
    fn find_homes(&mut self, block: &Block, home: Home) {
        for stmt in &block.0 {
            for var in stmt.binds() {
                self.homes.insert(var, home);
            }
            match stmt {
                Stmt::If { id, then, els, .. } => {
                    self.find_homes(then, (*id, 1));
                    self.find_homes(els, (*id, 2));
                }
                Stmt::Loop(l) => {
                    for var in l.head.binds() {
                        self.homes.insert(var, (l.id, 1));
                    }
                    self.find_homes(&l.body, (l.id, 1));
                    if let Head::While { test, .. } = &l.head {
                        self.find_homes(test, (l.id, 2));
                    }
                }
                _ => {}
            }
        }
    }

    fn seed(&mut self, seeds: &Seeds) {
        let (Some(seed), Some(result)) = (&seeds.result, self.trace.result.clone()) else {
            return;
        };
        let Some(var) = self.activity.active_var(&result) else {
            return;
        };
        if self.is_scalar(var) || seed.lit().is_some() {
            self.contribute(&Operand::Var(var), seed.clone());
        } else if let Some(bar) = seed.var() {
            let own = self.bar_var(var);
            self.out().push(Stmt::Declare {
                var: own,
                init: Some(Operand::Var(bar)),
            });
            self.bars.insert(var, own);
        }
    }

    fn out(&mut self) -> &mut Vec<Stmt> {
        &mut self.frames.last_mut().expect("a frame is open").out
    }

    fn home(&self) -> Home {
        self.frames.last().expect("a frame is open").home
    }

    fn active(&self, var: VarId) -> bool {
        self.activity.is_active(var)
    }

    /// Whether the adjoint of `var` is a single number that can be an expression.
    fn is_scalar(&self, var: VarId) -> bool {
        matches!(self.trace.ty(var), Ty::Real)
    }

    fn builder(&mut self, span: Span) -> Builder<'_> {
        let out = &mut self.frames.last_mut().expect("a frame is open").out;
        Builder {
            trace: self.trace,
            base: self.base,
            out,
            span,
        }
    }

    /// A variable for the adjoint of `var`.
    fn bar_var(&mut self, var: VarId) -> VarId {
        let of = self.trace.var(var);
        let name = if of.source_name.is_empty() {
            of.ident.to_string()
        } else {
            of.source_name.clone()
        };
        let (ty, span) = (
            of.ty.clone(),
            of.ident.span().resolved_at(Span::mixed_site()),
        );
        let bar = self
            .trace
            .fresh(&format!("{name}_bar"), ty, Kind::Slot, span);
        self.trace.var_mut(bar).mutated = true;
        bar
    }

    /// The adjoint variable of `var`, declared in the region of `var` if it is new.
    fn bar(&mut self, var: VarId) -> VarId {
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
            let ty = self.trace.ty(var).clone();
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
    fn bar_place(&mut self, place: &Place) -> Place {
        Place {
            root: self.bar(place.root),
            path: place.path.clone(),
        }
    }

    /// What `operand` is at this moment, in a temporary.
    fn snapshot(&mut self, place: Place, span: Span) -> Operand {
        self.builder(span)
            .eqn(Op::Load(place), Vec::new(), Ty::Real)
    }

    /// Adds a scalar to the adjoint of `operand`.
    fn contribute(&mut self, operand: &Operand, value: Operand) {
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
    fn contribute_all(&mut self, operand: &Operand, from: Place) {
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
    fn contribute_from(&mut self, operand: &Operand, from: Place, span: Span) {
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
    fn total(&mut self, var: VarId, span: Span) -> Option<Operand> {
        let terms = self.pending.remove(&var)?;
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
    fn rename(&mut self, var: VarId, ident: proc_macro2::Ident) {
        self.trace.var_mut(var).ident = ident;
    }

    /// The final adjoint of a parameter passed by value.
    fn cotangent(&mut self, param: VarId) -> Operand {
        if self.is_scalar(param) && self.trace.var(param).kind != Kind::Slot {
            return self
                .total(param, Span::mixed_site())
                .unwrap_or(Operand::ZERO);
        }
        Operand::Var(self.bar(param))
    }

    /// Transposes a region: returns its forward statements, appends the backward ones.
    fn block(&mut self, block: &Block) -> Block {
        let mut forward: Vec<Vec<Stmt>> = Vec::new();
        for stmt in block.0.iter().rev() {
            forward.push(self.stmt(stmt));
        }
        Block(forward.into_iter().rev().flatten().collect())
    }

    /// Transposes a nested region into a block of its own.
    fn nested(&mut self, block: &Block, home: Home) -> (Block, Block) {
        self.frames.push(Frame {
            home,
            out: Vec::new(),
        });
        let forward = self.block(block);
        let frame = self.frames.pop().expect("the frame pushed above");
        (forward, Block(frame.out))
    }

    /// Transposes one statement: returns what stands for it in the forward sweep.
    fn stmt(&mut self, stmt: &Stmt) -> Vec<Stmt> {
        match stmt {
            Stmt::Let(eqn) => {
                if self.active(eqn.var) {
                    self.eqn(eqn);
                }
            }
            Stmt::Declare {
                var,
                init: Some(init),
            } if self.active(*var) => {
                if let Some(bar) = self.bars.get(var) {
                    let from = Place::whole(*bar);
                    self.contribute_from(init, from, Span::mixed_site());
                }
            }
            Stmt::Assign { place, value, span } if self.active(place.root) => {
                self.assign(place, value, *span);
            }
            Stmt::Accumulate {
                place,
                value,
                negative,
                span,
            } if self.active(place.root) => {
                if self.activity.active_var(value).is_some() {
                    let from = self.bar_place(place);
                    let bar = self.snapshot(from, *span);
                    let bar = if *negative {
                        self.builder(*span).neg(bar)
                    } else {
                        bar
                    };
                    self.contribute(value, bar);
                }
            }
            Stmt::If {
                id,
                cond,
                then,
                els,
                span,
            } => {
                return self.branch(*id, cond, then, els, *span);
            }
            Stmt::Loop(l) => return self.a_loop(l),
            Stmt::Call(call) => return self.call(call),
            _ => {}
        }
        vec![stmt.clone()]
    }

    fn eqn(&mut self, eqn: &Eqn) {
        if self.is_scalar(eqn.var) {
            if let Some(total) = self.total(eqn.var, eqn.span) {
                self.scalar_eqn(eqn, total);
            }
            return;
        }
        let Some(bar) = self.bars.get(&eqn.var).copied() else {
            return;
        };
        self.aggregate_eqn(eqn, bar);
    }

    fn scalar_eqn(&mut self, eqn: &Eqn, bar: Operand) {
        match &eqn.op {
            Op::Rule(row) => {
                let activity = self.activity;
                let partials = self
                    .builder(eqn.span)
                    .partials(row, eqn, &|var| activity.is_active(var));
                for (arg, partial) in partials {
                    let value = self.builder(eqn.span).mul(bar.clone(), partial);
                    self.contribute(&Operand::Var(arg), value);
                }
            }
            Op::Load(place) => self.add_to(place, bar, eqn.span),
            Op::Copy => self.contribute(&eqn.args[0], bar),
            Op::Select(cond) => {
                for (k, arg) in eqn.args.iter().enumerate() {
                    let mut args = vec![Operand::ZERO, Operand::ZERO];
                    args[k] = bar.clone();
                    let op = Op::Select(cond.clone());
                    let part = self.builder(eqn.span).eqn(op, args, Ty::Real);
                    self.contribute(arg, part);
                }
            }
            _ => {}
        }
    }

    /// Adds `value` to the adjoint of a place.
    fn add_to(&mut self, place: &Place, value: Operand, span: Span) {
        if !self.active(place.root) {
            return;
        }
        if place.is_whole() && self.is_scalar(place.root) {
            return self.contribute(&Operand::Var(place.root), value);
        }
        let place = self.bar_place(place);
        self.out().push(Stmt::Accumulate {
            place,
            value,
            negative: false,
            span,
        });
    }

    fn aggregate_eqn(&mut self, eqn: &Eqn, bar: VarId) {
        let whole = Place::whole(bar);
        match &eqn.op {
            Op::Copy => self.contribute_all(&eqn.args[0], whole),
            Op::Load(place) | Op::CloneOf(place) => {
                if self.active(place.root) {
                    let place = self.bar_place(place);
                    self.out().push(Stmt::AccumulateAll {
                        place,
                        other: whole,
                    });
                }
            }
            Op::Array | Op::VecOf => {
                for (k, arg) in eqn.args.iter().enumerate() {
                    let k = Literal::usize_unsuffixed(k).to_token_stream();
                    let step = Step::Index(Operand::Code(passive(k)));
                    let from = Place {
                        root: bar,
                        path: vec![step],
                    };
                    self.contribute_from(arg, from, eqn.span);
                }
            }
            Op::Tuple => {
                for (k, arg) in eqn.args.iter().enumerate() {
                    let k = Literal::usize_unsuffixed(k).to_token_stream();
                    let from = Place {
                        root: bar,
                        path: vec![Step::Field(k)],
                    };
                    self.contribute_from(arg, from, eqn.span);
                }
            }
            Op::Repeat(_) | Op::VecRepeat => {
                if let Some(var) = self.activity.active_var(&eqn.args[0])
                    && self.is_scalar(var)
                {
                    let sum = self
                        .builder(eqn.span)
                        .eqn(Op::SumOf(whole), Vec::new(), Ty::Real);
                    self.contribute(&eqn.args[0], sum);
                }
            }
            _ => {
                // A scalar whose type the macro does not know: one number in a variable.
                let value = self.snapshot(whole, eqn.span);
                self.scalar_eqn(eqn, value);
            }
        }
    }

    fn assign(&mut self, place: &Place, value: &Operand, span: Span) {
        let root = place.root;
        if self.trace.var(root).kind == Kind::Join {
            if let Some(bar) = self.joined.get(&root).cloned() {
                self.contribute(value, bar);
            } else if let Some(bar) = self.bars.get(&root).copied() {
                self.contribute_all(value, Place::whole(bar));
            }
            return;
        }
        let target = self.bar_place(place);
        if self.trace.place_ty(place).is_real() {
            let bar = self.snapshot(target.clone(), span);
            self.out().push(Stmt::Assign {
                place: target,
                value: Operand::ZERO,
                span,
            });
            self.contribute(value, bar);
        } else {
            self.contribute_all(value, target.clone());
            self.out().push(Stmt::Clear { place: target });
        }
    }

    fn branch(
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
    fn joins_in(&self, then: &Block, els: &Block) -> Vec<VarId> {
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

    fn a_loop(&mut self, l: &Loop) -> Vec<Stmt> {
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
    fn counter(&mut self) -> (Stmt, Stmt, Stmt) {
        let span = Span::mixed_site();
        let counter = self.trace.fresh("count", Ty::Passive, Kind::Slot, span);
        self.trace.var_mut(counter).mutated = true;
        let trips = self.trace.fresh("trips", Ty::Passive, Kind::Temp, span);
        let ident = self.trace.var(counter).ident.clone();
        let init = Some(Operand::Code(passive(quote!(0_usize))));
        let before = Stmt::Declare { var: counter, init };
        let mut code = passive(quote!(#ident += 1;));
        code.reads.push(counter);
        let count = Stmt::Passive {
            code,
            defines: Vec::new(),
            writes: vec![counter],
        };
        let mut code = passive(quote!(#ident));
        code.reads.push(counter);
        let eqn = Eqn {
            var: trips,
            op: Op::Passive(code),
            args: Vec::new(),
            span,
        };
        (before, count, Stmt::Let(eqn))
    }

    fn call(&mut self, call: &Call) -> Vec<Stmt> {
        let writes = call
            .args
            .iter()
            .any(|arg| matches!(arg, Arg::Mutable(place) if self.active(place.root)));
        if !self.active(call.result) && !writes {
            return vec![Stmt::Call(Box::new(call.clone()))];
        }
        let mut forward = Vec::new();
        let mut call = call.clone();
        let span = call.span;
        let pullback = self
            .trace
            .fresh("pullback", Ty::Passive, Kind::Temp, Span::mixed_site());
        let cotangents =
            self.trace
                .fresh("cotangents", Ty::Unknown, Kind::Temp, Span::mixed_site());
        let seed = if self.is_scalar(call.result) {
            self.total(call.result, span).unwrap_or(Operand::ZERO)
        } else {
            Operand::Var(self.bar(call.result))
        };
        let (shadows, apart) = self.shadows(&call);
        self.keep_arguments(&mut call, &mut forward);
        let mut backward = call.clone();
        backward.form = CallForm::Backward {
            pullback,
            seed: Some(seed),
            shadows,
            cotangents,
        };
        self.out().push(Stmt::Call(Box::new(backward)));
        for (place, other) in apart {
            self.out().push(Stmt::AccumulateAll { place, other });
        }
        for (k, arg) in call.args.iter().enumerate() {
            if let Arg::Value(value) = arg {
                let k = Literal::usize_unsuffixed(k).to_token_stream();
                let from = Place {
                    root: cotangents,
                    path: vec![Step::Field(k)],
                };
                self.contribute_from(value, from, span);
            }
        }
        call.form = CallForm::Forward { pullback };
        forward.push(Stmt::Call(Box::new(call)));
        forward
    }

    /// The adjoints that a pullback adds to. A variable that is passed twice has only one: the
    /// second time it is given another, which is added afterwards.
    fn shadows(&mut self, call: &Call) -> (Vec<Option<Place>>, Vec<(Place, Place)>) {
        let mut shadows: Vec<Option<Place>> = Vec::new();
        let mut apart = Vec::new();
        for arg in &call.args {
            let (Arg::Shared(place) | Arg::Mutable(place)) = arg else {
                shadows.push(None);
                continue;
            };
            if !self.active(place.root) {
                shadows.push(None);
                continue;
            }
            let bar = self.bar_place(place);
            let taken = shadows.iter().flatten().any(|other| overlap(other, &bar));
            if !taken {
                shadows.push(Some(bar));
                continue;
            }
            let second = Place::whole(self.emptied(&bar, call.span));
            apart.push((bar, second.clone()));
            shadows.push(Some(second));
        }
        (shadows, apart)
    }

    /// A zero of the shape of an adjoint, in a variable of its own.
    fn emptied(&mut self, bar: &Place, span: Span) -> VarId {
        let ty = match self.trace.place_ty(bar) {
            Ty::Slice(element) => Ty::Vec(element),
            ty => ty,
        };
        let op = Op::CloneOf(bar.clone());
        let copy = self.builder(span).eqn(op, Vec::new(), ty.clone());
        let var = self
            .trace
            .fresh("second_bar", ty, Kind::Slot, Span::mixed_site());
        self.trace.var_mut(var).mutated = true;
        self.out().push(Stmt::Declare {
            var,
            init: Some(copy),
        });
        self.out().push(Stmt::Clear {
            place: Place::whole(var),
        });
        var
    }

    /// A pullback is given its shared arguments again: what changes in between is copied now.
    fn keep_arguments(&mut self, call: &mut Call, forward: &mut Vec<Stmt>) {
        for arg in &mut call.args {
            let Arg::Shared(place) = arg else { continue };
            let root = self.trace.var(place.root);
            if !root.mutated && !root.moved {
                continue;
            }
            let ty = match self.trace.place_ty(place) {
                Ty::Slice(element) => Ty::Vec(element),
                ty => ty,
            };
            let name = format!("{}_kept", root.ident);
            let kept = self.trace.fresh(&name, ty, Kind::Temp, Span::mixed_site());
            let span = call.span;
            let eqn = Eqn {
                var: kept,
                op: Op::CloneOf(place.clone()),
                args: Vec::new(),
                span,
            };
            forward.push(Stmt::Let(eqn));
            *place = Place::whole(kept);
        }
    }
}

fn passive(tokens: proc_macro2::TokenStream) -> Code {
    Code {
        tokens,
        reads: Vec::new(),
        pure: true,
        ty: Ty::Passive,
        span: Span::mixed_site(),
    }
}

/// Whether two places can have a part in common: different fields do not.
fn overlap(a: &Place, b: &Place) -> bool {
    let differ = a.path.iter().zip(&b.path).find_map(|steps| match steps {
        (Step::Field(x), Step::Field(y)) if x.to_string() == y.to_string() => None,
        (Step::Field(_), Step::Field(_)) => Some(true),
        _ => Some(false),
    });
    a.root == b.root && differ != Some(true)
}
