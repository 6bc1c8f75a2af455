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

mod bars;
mod call;
mod growth;
mod merge;
mod region;

use super::linear::Builder;
use crate::analysis::activity::Activity;
use crate::ir::*;
use crate::signature::Base;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashSet;

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
        products: merge::products(&body),
        trace,
        activity,
        base,
        frames: Vec::new(),
        bars: seeds.shadows.clone(),
        pending: VarMap::new(),
        joined: VarMap::new(),
        shapes: Vec::new(),
        deferred: HashSet::new(),
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
        let by_value = !matches!(vjp.trace.ty(*param), Ty::Ref(..));
        if by_value && vjp.trace.ty(*param).may_be_active() {
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
    /// The products of the forward sweep.
    products: VarMap<Eqn>,
    frames: Vec<Frame>,
    /// The adjoint variables made so far.
    bars: VarMap<VarId>,
    /// The contributions to the adjoints of scalar temporaries.
    pending: VarMap<Vec<Operand>>,
    /// The adjoints of joins whose branches are being transposed.
    joined: VarMap<Operand>,
    /// Zeros of shapes that the statement at hand replaces, to be made before it.
    shapes: Vec<(VarId, Stmt)>,
    /// The variables declared without a value.
    deferred: HashSet<VarId>,
}

impl Vjp<'_> {
    fn find_homes(&mut self, block: &Block, home: Home) {
        for stmt in &block.0 {
            for var in stmt.binds() {
                self.homes.insert(var, home);
            }
            match stmt {
                Stmt::Declare { var, init: None } => {
                    self.deferred.insert(*var);
                }
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
        matches!(self.trace.ty(var), Ty::Real | Ty::Other)
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

    /// Transposes a region: returns its forward statements, appends the backward ones.
    fn block(&mut self, block: &Block) -> Block {
        let mut forward: Vec<Vec<Stmt>> = vec![Vec::new(); block.0.len()];
        let mut first = Vec::new();
        for (k, stmt) in block.0.iter().enumerate().rev() {
            let outer = std::mem::take(&mut self.shapes);
            let own = self.stmt(stmt);
            forward[k].splice(0..0, own);
            // A shape that an assignment replaces is noted when the value before it has come.
            for (var, zero) in std::mem::replace(&mut self.shapes, outer) {
                match block.0[..k].iter().rposition(|stmt| gives(stmt, var)) {
                    Some(at) => forward[at].push(zero),
                    None => first.push(zero),
                }
            }
        }
        first.extend(forward.into_iter().flatten());
        Block(first)
    }

    /// Transposes one statement: returns what stands for it in the forward sweep.
    fn stmt(&mut self, stmt: &Stmt) -> Vec<Stmt> {
        match stmt {
            Stmt::Let(eqn) if self.active(eqn.var) => self.eqn(eqn),
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
            } if self.active(place.root) && self.activity.active_var(value).is_some() => {
                let from = self.bar_place(place);
                let bar = self.snapshot(from, *span);
                let bar = if *negative {
                    self.builder(*span).neg(bar)
                } else {
                    bar
                };
                self.contribute(value, bar);
            }
            Stmt::Push { place, value, span } if self.active(place.root) => {
                self.push(place, value, *span);
            }
            Stmt::Pop { place, var, span } if self.active(place.root) => {
                self.pop(place, *var, *span);
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
            Op::Given(given) => {
                let activity = self.activity;
                let active = |var| activity.is_active(var);
                let partials = super::linear::given(&given.backward, eqn, self.out(), &active);
                for (arg, partial) in partials {
                    let value = self.builder(eqn.span).mul(bar.clone(), partial);
                    self.contribute(&Operand::Var(arg), value);
                }
            }
            Op::Load(place) | Op::CloneOf(place) => self.add_to(place, bar, eqn.span),
            Op::Copy | Op::Cast(_) => self.contribute(&eqn.args[0], bar),
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
                    let step = Step::Index(Operand::Code(Code::pure(k, Vec::new())));
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
            Op::Struct(_, members) => {
                let part = |member: &TokenStream| Place {
                    root: bar,
                    path: vec![Step::Field(member.clone())],
                };
                for (arg, member) in eqn.args.iter().zip(members) {
                    self.contribute_from(arg, part(member), eqn.span);
                }
                if let Some(base) = eqn.args.get(members.len()) {
                    // What is given does not come from the base.
                    for member in members {
                        let place = part(member);
                        self.out().push(Stmt::Clear { place });
                    }
                    self.contribute_all(base, whole);
                }
            }
            Op::Wrap(_) => {
                let from = Place {
                    root: bar,
                    path: vec![Step::Payload],
                };
                self.contribute_from(&eqn.args[0], from, eqn.span);
            }
            Op::Repeat(len) => {
                let len = Operand::Code(Code::pure(len.clone(), Vec::new()));
                self.repeated(&eqn.args[0], len, bar, eqn.span);
            }
            Op::VecRepeat => self.repeated(&eqn.args[0], eqn.args[1].clone(), bar, eqn.span),
            _ => {
                // A scalar whose type the macro does not know: one number in a variable.
                let value = self.snapshot(whole, eqn.span);
                self.scalar_eqn(eqn, value);
            }
        }
    }

    /// The transpose of `[value; len]`: the sum over its elements.
    fn repeated(&mut self, value: &Operand, len: Operand, bar: VarId, span: Span) {
        let Some(var) = self.activity.active_var(value) else {
            return;
        };
        if self.is_scalar(var) {
            let op = Op::SumOf(Place::whole(bar));
            let sum = self.builder(span).eqn(op, Vec::new(), Ty::Real);
            return self.contribute(value, sum);
        }
        let place = Place::whole(self.bar(var));
        let k = self
            .trace
            .fresh("k", Ty::Passive, Kind::Temp, Span::mixed_site());
        let other = Place {
            root: bar,
            path: vec![Step::Index(Operand::Var(k))],
        };
        let id = self.trace.region_id();
        self.out().push(Stmt::Loop(Box::new(Loop {
            id,
            head: Head::Range {
                var: k,
                lo: Operand::Code(Code::pure(quote!(0), Vec::new())),
                hi: len,
                inclusive: false,
                step: None,
                reversed: false,
            },
            body: Block(vec![Stmt::AccumulateAll { place, other }]),
            exits: Vec::new(),
            span,
        })));
    }

    fn assign(&mut self, place: &Place, value: &Operand, span: Span) {
        let root = place.root;
        if self.trace.var(root).kind == Kind::Join {
            if let Some(bar) = self.joined.get(&root).cloned() {
                self.contribute(value, bar);
            } else if self.is_scalar(root) && self.homes.get(&root) == Some(&self.home()) {
                // Assigned where it was declared, after branches that never come back.
                if let Some(bar) = self.total(root, span) {
                    self.contribute(value, bar);
                }
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
            // A variable without an initial value has no shape before its first one.
            match place.is_whole() && !self.deferred.contains(&root) {
                true => self.restore_shape(root, target, span),
                false => self.out().push(Stmt::Clear { place: target }),
            }
        }
    }

    /// Before an assignment of a whole, the adjoint is zero and has the shape of the old value.
    fn restore_shape(&mut self, root: VarId, bar: Place, span: Span) {
        let op = self.trace.zero_op(root);
        let ty = self.trace.ty(root).clone();
        let zero = self.trace.fresh("v", ty, Kind::Temp, Span::mixed_site());
        let eqn = Stmt::Let(Eqn {
            var: zero,
            op: op.clone(),
            args: Vec::new(),
            span,
        });
        match op {
            Op::ZeroLike(_) => self.shapes.push((root, eqn)),
            _ => self.out().push(eqn),
        }
        let value = Operand::Var(zero);
        self.out().push(Stmt::Assign {
            place: bar,
            value,
            span,
        });
    }
}

/// Whether the statement gives `var` a value as a whole.
pub(super) fn gives(stmt: &Stmt, var: VarId) -> bool {
    let whole = |stmt: &Stmt| match stmt {
        Stmt::Assign { place, .. } => place.is_whole() && place.root == var,
        Stmt::Push { place, .. } | Stmt::Pop { place, .. } => place.root == var,
        Stmt::Call(_) | Stmt::Passive { .. } => stmt.writes().contains(&var),
        _ => false,
    };
    let mut nested = false;
    for block in stmt.blocks() {
        block.walk(&mut |stmt| nested |= whole(stmt));
    }
    stmt.binds().contains(&var) || whole(stmt) || nested
}
