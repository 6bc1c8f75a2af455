//! Forward mode: every equation is followed by its linear equation on tangents.
//!
//! The transformation accepts everything a trace can hold, derivatives of functions included, so
//! that the tangent of a backward sweep is a second derivative.

mod call;
mod nodes;

use super::linear::Builder;
use crate::analysis::activity::Activity;
use crate::ir::*;
use crate::signature::Base;
use proc_macro2::{Span, TokenStream};
use quote::quote;

/// What goes along with each active value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// Its tangent: partials times tangents, summed.
    Tangents,
    /// Its node in a printable trace: partials and nodes are entered there.
    Nodes,
}

/// A trace with tangents.
pub struct Tangents {
    /// The tangent of each active variable.
    pub dots: VarMap<VarId>,
}

/// Puts the tangents into `trace`. `dots` has those of the inputs; `zero` is the zero of the
/// tangents' type.
pub fn jvp(
    trace: &mut Trace,
    activity: &Activity,
    base: Base,
    dots: VarMap<VarId>,
    zero: &Operand,
    carry: Carry,
) -> Tangents {
    let body = std::mem::take(&mut trace.body);
    let mut jvp = Jvp {
        trace,
        activity,
        base,
        dots,
        zero,
        carry,
    };
    let body = jvp.block(body);
    let dots = jvp.dots;
    trace.body = body;
    Tangents { dots }
}

struct Jvp<'a> {
    trace: &'a mut Trace,
    activity: &'a Activity,
    base: Base,
    dots: VarMap<VarId>,
    zero: &'a Operand,
    carry: Carry,
}

impl Jvp<'_> {
    fn block(&mut self, block: Block) -> Block {
        let mut out = Vec::new();
        for stmt in block.0 {
            self.stmt(stmt, &mut out);
        }
        Block(out)
    }

    fn active(&self, var: VarId) -> bool {
        self.activity.is_active(var)
    }

    /// The variable of the tangent of `var`.
    fn dot(&mut self, var: VarId) -> VarId {
        if let Some(dot) = self.dots.get(&var) {
            return *dot;
        }
        let of = self.trace.var(var);
        let (ty, kind, span) = (of.ty.clone().of_tangent(), of.kind, of.ident.span());
        let name = if of.source_name.is_empty() {
            of.ident.to_string()
        } else {
            of.source_name.clone()
        };
        let span = span.resolved_at(Span::mixed_site());
        let dot = self.trace.fresh(&format!("{name}_dot"), ty, kind, span);
        self.trace.var_mut(dot).mutated = self.trace.var(var).mutated;
        self.trace.var_mut(dot).companion_of = Some(var);
        self.dots.insert(var, dot);
        dot
    }

    fn dot_place(&mut self, place: &Place) -> Place {
        Place {
            root: self.dot(place.root),
            path: place.path.clone(),
        }
    }

    /// The tangent of a scalar operand, if it has one.
    fn dot_operand(&mut self, operand: &Operand) -> Option<Operand> {
        let var = self.activity.active_var(operand)?;
        Some(Operand::Var(self.dot(var)))
    }

    /// The tangent of an operand, or the zero of its type.
    fn dot_or_zero(&mut self, operand: &Operand, out: &mut Vec<Stmt>) -> Operand {
        if let Some(dot) = self.dot_operand(operand) {
            return dot;
        }
        let ty = self.trace.operand_ty(operand);
        match operand.var() {
            Some(_) if ty.is_real() => self.zero.clone(),
            Some(var) if !ty.is_passive() => self.zero_like(var, out),
            _ if ty.is_passive() => unit(),
            _ => self.zero.clone(),
        }
    }

    fn zero_like(&mut self, var: VarId, out: &mut Vec<Stmt>) -> Operand {
        let ty = self.trace.ty(var).clone();
        let zero = self.trace.fresh("v", ty, Kind::Temp, Span::mixed_site());
        let (op, args, span) = (self.trace.zero_op(var), Vec::new(), Span::mixed_site());
        out.push(Stmt::Let(Eqn {
            var: zero,
            op,
            args,
            span,
        }));
        Operand::Var(zero)
    }

    fn stmt(&mut self, stmt: Stmt, out: &mut Vec<Stmt>) {
        match stmt {
            Stmt::Let(eqn) => self.eqn(eqn, out),
            Stmt::Declare { var, init } => self.declare(var, init, out),
            Stmt::Assign { place, value, span } => self.assign(place, value, span, out),
            Stmt::Accumulate {
                place,
                value,
                negative,
                span,
            } if self.carry == Carry::Nodes => {
                if self.active(place.root) {
                    self.record_sum(&place, &value, negative, span, out);
                } else {
                    out.push(stmt_sum(&place, &value, negative, span));
                }
            }
            Stmt::Accumulate {
                place,
                value,
                negative,
                span,
            } => {
                if self.active(place.root)
                    && let Some(value) = self.dot_operand(&value)
                {
                    let place = self.dot_place(&place);
                    out.push(Stmt::Accumulate {
                        place,
                        value,
                        negative,
                        span,
                    });
                }
                out.push(Stmt::Accumulate {
                    place,
                    value,
                    negative,
                    span,
                });
            }
            Stmt::AccumulateAll { place, other } => {
                if self.active(place.root) && self.active(other.root) {
                    let (place, other) = (self.dot_place(&place), self.dot_place(&other));
                    out.push(Stmt::AccumulateAll { place, other });
                }
                out.push(Stmt::AccumulateAll { place, other });
            }
            Stmt::Clear { place } => {
                if self.active(place.root) {
                    let place = self.dot_place(&place);
                    out.push(Stmt::Clear { place });
                }
                out.push(Stmt::Clear { place });
            }
            Stmt::Push { place, value, span } => {
                if self.active(place.root) {
                    let value = self.dot_or_zero(&value, out);
                    let place = self.dot_place(&place);
                    out.push(Stmt::Push { place, value, span });
                }
                out.push(Stmt::Push { place, value, span });
            }
            Stmt::Pop { place, var, span } => {
                if self.active(place.root) {
                    let (place, var) = (self.dot_place(&place), self.dot(var));
                    out.push(Stmt::Pop { place, var, span });
                }
                out.push(Stmt::Pop { place, var, span });
            }
            Stmt::If {
                id,
                cond,
                then,
                els,
                span,
            } => {
                let (then, els) = (self.block(then), self.block(els));
                out.push(Stmt::If {
                    id,
                    cond,
                    then,
                    els,
                    span,
                });
            }
            Stmt::Loop(l) => {
                let body = self.block(l.body);
                out.push(Stmt::Loop(Box::new(Loop { body, ..*l })));
            }
            Stmt::Call(call) => self.call(*call, out),
            Stmt::Put { var, store, values } => {
                let values = self.with_dots(values);
                out.push(Stmt::Put { var, store, values });
            }
            Stmt::Take { var, store, values } => {
                let values = self.with_dots(values);
                out.push(Stmt::Take { var, store, values });
            }
            Stmt::Snapshot { store, values } => {
                let values = self.with_dots(values);
                out.push(Stmt::Snapshot { store, values });
            }
            Stmt::Revisit {
                store,
                from,
                step,
                values,
            } => {
                let values = self.with_dots(values);
                out.push(Stmt::Revisit {
                    store,
                    from,
                    step,
                    values,
                });
            }
            other @ (Stmt::Passive { .. } | Stmt::NewStore { .. }) => out.push(other),
        }
    }

    /// Active values are recorded together with their tangents.
    fn with_dots(&mut self, values: Vec<VarId>) -> Vec<VarId> {
        let mut both = Vec::new();
        for var in values {
            both.push(var);
            if self.active(var) {
                both.push(self.dot(var));
            }
        }
        both
    }

    fn eqn(&mut self, eqn: Eqn, out: &mut Vec<Stmt>) {
        if !self.active(eqn.var) {
            out.push(Stmt::Let(eqn));
            return;
        }
        out.push(Stmt::Let(eqn.clone()));
        let dot = self.dot(eqn.var);
        let span = eqn.span;
        let (op, args) = match &eqn.op {
            Op::Rule(row) => {
                let activity = self.activity;
                let active = |var| activity.is_active(var);
                let partials = self.builder(span, out).partials(row, &eqn, &active);
                match self.weighted(row.name, &eqn, partials, out) {
                    Some(total) => (Op::Copy, vec![total]),
                    None => return,
                }
            }
            Op::Given(given) => {
                let activity = self.activity;
                let active = |var| activity.is_active(var);
                let partials = super::linear::given(&given.forward, &eqn, out, &active);
                match self.weighted(&given.name, &eqn, partials, out) {
                    Some(total) => (Op::Copy, vec![total]),
                    None => return,
                }
            }
            Op::Struct(_, members) => (Op::Copy, vec![self.built(&eqn, members, out)]),
            Op::Cast(_) => (Op::Copy, vec![self.dot_or_zero(&eqn.args[0], out)]),
            Op::Load(place) => (Op::Load(self.dot_place(place)), Vec::new()),
            Op::SumOf(place) => (Op::SumOf(self.dot_place(place)), Vec::new()),
            Op::CloneOf(place) => (Op::CloneOf(self.dot_place(place)), Vec::new()),
            Op::VecRepeat => {
                let value = self.dot_or_zero(&eqn.args[0], out);
                (Op::VecRepeat, vec![value, eqn.args[1].clone()])
            }
            op => {
                let mut args = Vec::new();
                let of_reals = self.trace.ty(eqn.var).element().is_real();
                for (k, arg) in eqn.args.iter().enumerate() {
                    if let Some(zero) = self.zero_of_part(&eqn, k, out) {
                        args.push(zero);
                        continue;
                    }
                    // A number without a derivative, of a type that is not known.
                    let opaque = self.trace.operand_ty(arg).is_passive();
                    args.push(match opaque && of_reals {
                        true => self.zero.clone(),
                        false => self.dot_or_zero(arg, out),
                    });
                }
                // The tangent of a `Result` is an `Option` as well.
                let op = match op {
                    Op::Wrap(_) => Op::Wrap(quote!(::core::option::Option::Some)),
                    op => op.clone(),
                };
                (op, args)
            }
        };
        out.push(Stmt::Let(Eqn {
            var: dot,
            op,
            args,
            span,
        }));
    }

    fn builder<'b>(&'b mut self, span: Span, out: &'b mut Vec<Stmt>) -> Builder<'b> {
        let (trace, base) = (&mut *self.trace, self.base);
        Builder {
            trace,
            base,
            out,
            span,
        }
    }

    /// The sum of partials times tangents; nothing if they are entered into the printable trace.
    fn weighted(
        &mut self,
        name: &str,
        eqn: &Eqn,
        partials: Vec<(VarId, Operand)>,
        out: &mut Vec<Stmt>,
    ) -> Option<Operand> {
        if self.carry == Carry::Nodes {
            let record = super::record::of_equation(self.trace, name, eqn, self.activity);
            self.record(eqn, record, partials, out);
            return None;
        }
        let mut terms = Vec::new();
        for (arg, partial) in partials {
            let arg_dot = Operand::Var(self.dot(arg));
            terms.push(self.builder(eqn.span, out).mul(arg_dot, partial));
        }
        let total = self.builder(eqn.span, out).sum(terms);
        Some(match total.lit() {
            Some(_) => self.zero.clone(),
            None => total,
        })
    }

    /// The tangent of a struct: that of its base, or zero, with the tangents of the fields given.
    fn built(&mut self, eqn: &Eqn, members: &[TokenStream], out: &mut Vec<Stmt>) -> Operand {
        let base = eqn.args.get(members.len());
        let init = match base.and_then(|base| self.dot_operand(base)) {
            Some(Operand::Var(dot)) => {
                let (ty, op) = (self.trace.ty(dot).clone(), Op::CloneOf(Place::whole(dot)));
                let var = self.trace.fresh("v", ty, Kind::Temp, Span::mixed_site());
                let (args, span) = (Vec::new(), eqn.span);
                out.push(Stmt::Let(Eqn {
                    var,
                    op,
                    args,
                    span,
                }));
                Operand::Var(var)
            }
            _ => self.zero_like(eqn.var, out),
        };
        let (ty, here) = (self.trace.ty(eqn.var).clone(), Span::mixed_site());
        let built = self.trace.fresh("built", ty, Kind::Slot, here);
        let slot = self.trace.var_mut(built);
        (slot.mutated, slot.companion_of) = (true, Some(eqn.var));
        out.push(Stmt::Declare {
            var: built,
            init: Some(init),
        });
        for (arg, member) in eqn.args.iter().zip(members) {
            let place = Place {
                root: built,
                path: vec![Step::Field(member.clone())],
            };
            let span = eqn.span;
            match self.dot_operand(arg) {
                Some(value) => out.push(Stmt::Assign { place, value, span }),
                None => out.push(Stmt::Clear { place }),
            }
        }
        Operand::Var(built)
    }

    /// The zero tangent of a constant that is a part of a tuple and may become active there.
    fn zero_of_part(&mut self, eqn: &Eqn, k: usize, out: &mut Vec<Stmt>) -> Option<Operand> {
        let arg = &eqn.args[k];
        let part = match (&eqn.op, self.trace.ty(eqn.var)) {
            (Op::Tuple, Ty::Tuple(parts)) => parts.get(k)?,
            _ => return None,
        };
        let constant = matches!(self.trace.operand_ty(arg), Ty::Opaque);
        if !constant || !matches!(part, Ty::Unknown) {
            return None;
        }
        let span = eqn.span;
        let of = match arg.var() {
            Some(var) => var,
            None => {
                let ty = Ty::Opaque;
                let of = self.trace.fresh("v", ty, Kind::Temp, Span::mixed_site());
                out.push(Stmt::Let(Eqn {
                    var: of,
                    op: Op::Copy,
                    args: vec![arg.clone()],
                    span,
                }));
                of
            }
        };
        let zero = self
            .trace
            .fresh("v", Ty::Unknown, Kind::Temp, Span::mixed_site());
        out.push(Stmt::Let(Eqn {
            var: zero,
            op: Op::ZeroLike(of),
            args: Vec::new(),
            span,
        }));
        Some(Operand::Var(zero))
    }

    fn declare(&mut self, var: VarId, init: Option<Operand>, out: &mut Vec<Stmt>) {
        out.push(Stmt::Declare {
            var,
            init: init.clone(),
        });
        if !self.active(var) {
            return;
        }
        let dot = self.dot(var);
        let init = match init {
            None => None,
            Some(init) => Some(match self.dot_operand(&init) {
                Some(dot) => dot,
                None if self.trace.ty(var).is_real() => self.zero.clone(),
                // A slot that starts without a derivative still needs a tangent of its shape.
                None => self.zero_like(var, out),
            }),
        };
        out.push(Stmt::Declare { var: dot, init });
    }

    fn assign(&mut self, place: Place, value: Operand, span: Span, out: &mut Vec<Stmt>) {
        let active = self.active(place.root);
        let dots = active.then(|| (self.dot_place(&place), self.dot_operand(&value)));
        let ty = self.trace.place_ty(&place);
        let real = ty.is_real() || self.trace.operand_ty(&value).is_real();
        out.push(Stmt::Assign {
            place: place.clone(),
            value,
            span,
        });
        match dots {
            None => {}
            Some((place, Some(value))) => out.push(Stmt::Assign { place, value, span }),
            Some((place, None)) if real => {
                out.push(Stmt::Assign {
                    place,
                    value: self.zero.clone(),
                    span,
                });
            }
            Some((target, None)) => {
                // The shape may have changed with the value.
                if place.is_whole() {
                    let value = self.zero_like(place.root, out);
                    out.push(Stmt::Assign {
                        place: target,
                        value,
                        span,
                    });
                } else {
                    out.push(Stmt::Clear { place: target });
                }
            }
        }
    }
}

/// `()`, the tangent of what has none.
fn unit() -> Operand {
    Operand::Code(Code {
        tokens: quote!(()),
        reads: Vec::new(),
        pure: true,
        ty: Ty::Passive,
        span: Span::mixed_site(),
    })
}

fn stmt_sum(place: &Place, value: &Operand, negative: bool, span: Span) -> Stmt {
    let (place, value) = (place.clone(), value.clone());
    Stmt::Accumulate {
        place,
        value,
        negative,
        span,
    }
}
