//! The derivatives of one function, as traces: what is emitted is decided here, how it is written
//! in [`crate::emit`].

use crate::analysis::activity::Activity;
use crate::ir::*;
use crate::lower::Lowered;
use crate::signature::{Function, Passing};
use crate::transform::carry::carry;
use crate::transform::checkpoint::checkpoint;
use crate::transform::copies::elide;
use crate::transform::fuse::fuse;
use crate::transform::jvp::{Carry, jvp};
use crate::transform::lanes::over_lanes;
use crate::transform::pairs::pair;
use crate::transform::store::{fewer_captures, shapes_before_moves, store};
use crate::transform::vjp;
use crate::transform::windows::windows;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::HashSet;

/// Forward mode.
pub struct Forward {
    pub trace: Trace,
    /// The tangent of the result, if it has one.
    pub result_dot: Option<Operand>,
}

/// Reverse mode.
pub struct Reverse {
    pub trace: Trace,
    pub forward: Block,
    pub backward: Block,
    /// The adjoint of each active parameter passed by value, in parameter order; `None` where it
    /// went into a shadow.
    pub cotangents: Vec<Option<Operand>>,
    /// The variable of the seed.
    pub seed: Option<VarId>,
    pub shadows: VarMap<VarId>,
    pub inputs: Vec<VarId>,
    pub outputs: Vec<VarId>,
}

/// Reverse mode with tangents: second order.
pub struct Second<'a> {
    pub trace: Trace,
    pub forward: Block,
    pub backward: Block,
    pub dots: VarMap<VarId>,
    /// The sweeps without tangents.
    pub reverse: &'a Reverse,
}

/// Who starts the backward sweep.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The function itself, with 1: forward and backward sweep can be interleaved.
    Gradient,
    /// A pullback, with a cotangent that comes later.
    Pullback,
}

/// The type of tangents in forward mode.
pub fn lane() -> TokenStream {
    quote!(__V)
}

/// The zero of `lane`.
pub fn zero_of(lane: &TokenStream, function: &Function) -> Operand {
    let base = function.base.tokens();
    Operand::Code(Code {
        tokens: quote!(<#lane as ::autodiff_runtime::private::Lane<#base>>::zero()),
        reads: Vec::new(),
        pure: true,
        ty: Ty::Real,
        span: Span::mixed_site(),
    })
}

/// The variables that a derivative enters by and leaves by.
pub fn ends(function: &Function, lowered: &Lowered) -> (Vec<VarId>, Vec<VarId>) {
    let pairs = || function.params.iter().zip(&lowered.params);
    let inputs = pairs()
        .filter(|(param, _)| param.active)
        .map(|(_, var)| *var)
        .collect();
    let mut outputs: Vec<VarId> = pairs()
        .filter(|(param, _)| param.active && param.passing == Passing::Mutable)
        .map(|(_, var)| *var)
        .collect();
    outputs.extend(lowered.trace.result.as_ref().and_then(Operand::var));
    (inputs, outputs)
}

/// A variable that stands for a parameter of the emitted function.
fn param_var(
    trace: &mut Trace,
    ident: &Ident,
    ty: Ty,
    kind: Kind,
    companion_of: Option<VarId>,
) -> VarId {
    trace.push(Var {
        ident: ident.clone(),
        ty,
        kind,
        mutated: true,
        moved: false,
        annotation: None,
        source_name: ident.to_string(),
        companion_of,
    })
}

/// The tangents of the parameters.
fn param_dots(function: &Function, trace: &mut Trace, params: &[VarId]) -> VarMap<VarId> {
    let mut dots = VarMap::new();
    for (param, var) in function.params.iter().zip(params) {
        if param.active {
            let (ty, kind) = (trace.ty(*var).clone(), trace.var(*var).kind);
            let dot = param_var(trace, &param.dot, ty, kind, Some(*var));
            dots.insert(*var, dot);
        }
    }
    dots
}

/// Forward mode over `lane`.
pub fn forward(function: &Function, lowered: &Lowered) -> Forward {
    let zero = zero_of(&lane(), function);
    let mut forward = along(function, lowered, &zero, Carry::Tangents);
    let mut body = std::mem::take(&mut forward.trace.body);
    windows(&mut forward.trace, &mut body);
    forward.trace.body = body;
    forward
}

/// The function with the nodes of a printable trace.
pub fn tracing(function: &Function, lowered: &Lowered) -> Forward {
    let none = Code {
        tokens: quote!(::autodiff_runtime::trace::Node::NONE),
        reads: Vec::new(),
        pure: true,
        ty: Ty::Real,
        span: Span::mixed_site(),
    };
    along(function, lowered, &Operand::Code(none), Carry::Nodes)
}

fn along(function: &Function, lowered: &Lowered, zero: &Operand, carry: Carry) -> Forward {
    let mut trace = lowered.trace.clone();
    let (inputs, outputs) = ends(function, lowered);
    let activity = Activity::of(&trace, &inputs, &outputs);
    let dots = param_dots(function, &mut trace, &lowered.params);
    let tangents = jvp(&mut trace, &activity, function.base, dots, zero, carry);
    let result_dot = trace
        .result
        .as_ref()
        .and_then(|result| activity.active_var(result))
        .and_then(|var| tangents.dots.get(&var))
        .map(|dot| Operand::Var(*dot));
    Forward { trace, result_dot }
}

/// Reverse mode.
pub fn reverse(function: &Function, lowered: &Lowered, purpose: Purpose) -> Reverse {
    let mut trace = lowered.trace.clone();
    let (inputs, outputs) = ends(function, lowered);
    let activity = Activity::of(&trace, &inputs, &outputs);
    let mut shadows = VarMap::new();
    for (param, var) in function.params.iter().zip(&lowered.params) {
        if param.active && param.has_shadow() {
            let ty = Ty::Ref(Box::new(trace.ty(*var).behind().clone()), true);
            let shadow = param_var(&mut trace, &param.bar, ty, Kind::Param, Some(*var));
            trace.adjoints.insert(shadow);
            shadows.insert(*var, shadow);
        }
    }
    let (seed, result) = match purpose {
        Purpose::Gradient => (None, Some(Operand::ONE)),
        Purpose::Pullback => {
            let ident = trace.names.fresh("result_bar", Span::call_site());
            let ty = function.output_shape.clone();
            let of = trace.result.as_ref().and_then(Operand::var);
            let seed = param_var(&mut trace, &ident, ty, Kind::Param, of);
            (Some(seed), Some(Operand::Var(seed)))
        }
    };
    let seeds = vjp::Seeds {
        result,
        shadows: shadows.clone(),
    };
    let sweeps = vjp::vjp(
        &mut trace,
        &activity,
        function.base,
        &lowered.params,
        &seeds,
    );
    let (mut forward, mut backward) = (sweeps.forward, sweeps.backward);
    // A function that fails leaves the adjoints as they were.
    if purpose == Purpose::Gradient && function.fallible.is_none() {
        let outside: HashSet<VarId> = lowered
            .params
            .iter()
            .chain(shadows.values())
            .copied()
            .collect();
        fuse(&trace, &activity, &mut forward, &mut backward, &outside);
    }
    shapes_before_moves(&trace, &mut forward, &mut backward);
    if let Some(limit) = function.checkpoint {
        checkpoint(&mut trace, &mut forward, &mut backward, purpose, limit);
    }
    pair(&mut forward, &mut backward);
    elide(&trace, &mut forward, &mut backward);
    store(&mut trace, &mut forward, &mut backward);
    if purpose == Purpose::Pullback {
        fewer_captures(&mut trace, &forward, &mut backward);
    }
    carry(&mut trace, &mut forward);
    carry(&mut trace, &mut backward);
    let cotangents = function
        .params
        .iter()
        .zip(&lowered.params)
        .map(|(param, var)| {
            let by_value = param.active && !shadows.contains_key(var);
            by_value.then(|| sweeps.cotangents.get(var).cloned().unwrap_or(Operand::ZERO))
        })
        .collect();
    Reverse {
        trace,
        forward,
        backward,
        cotangents,
        seed,
        shadows,
        inputs,
        outputs,
    }
}

impl Reverse {
    /// Whether a forward sweep with the tangents of all inputs is cheaper: they are few, and the
    /// backward sweep would need a record of each iteration. A zero tangent must stay zero on its
    /// way, so all operations have to have finite partials.
    pub fn is_dearer_than_tangents(&self, inputs: Option<usize>, original: &Trace) -> bool {
        const FEW: usize = 4;
        let mut records = false;
        self.forward.walk(&mut |stmt| {
            let put = matches!(
                stmt,
                Stmt::Put {
                    store: Store::Stack,
                    ..
                }
            );
            records |= put;
        });
        let mut tame = true;
        original.body.walk(&mut |stmt| {
            tame &= match stmt {
                Stmt::Call(_) => false,
                Stmt::Let(Eqn {
                    op: Op::Rule(row),
                    args,
                    ..
                }) => row.is_tame(args),
                _ => true,
            }
        });
        records && tame && inputs.is_some_and(|inputs| inputs <= FEW)
    }

    /// The two sweeps as they are emitted, with the trace that has their variables.
    pub fn finished(&self) -> (Trace, Block, Block) {
        self.with_windows(self.backward.clone())
    }

    /// The same with adjoints over lanes, whose zero is given; `None` if a call does not take them.
    pub fn over_lanes(&self, zero: &Operand) -> Option<(Trace, Block, Block)> {
        let entering = self.shadows.values().copied().chain(self.seed);
        let sweeps = (&self.forward, self.backward.clone());
        let backward = over_lanes(&self.trace, sweeps, entering, zero)?;
        Some(self.with_windows(backward))
    }

    fn with_windows(&self, mut backward: Block) -> (Trace, Block, Block) {
        let (mut trace, mut forward) = (self.trace.clone(), self.forward.clone());
        windows(&mut trace, &mut forward);
        windows(&mut trace, &mut backward);
        (trace, forward, backward)
    }
}

/// Second order: forward over `reverse`.
pub fn second<'a>(function: &Function, lowered: &Lowered, reverse: &'a Reverse) -> Second<'a> {
    let mut trace = reverse.trace.clone();
    let both = reverse.forward.0.iter().chain(&reverse.backward.0);
    trace.body = Block(both.cloned().collect());
    let entering: Vec<VarId> = reverse
        .shadows
        .values()
        .copied()
        .chain(reverse.seed)
        .collect();
    let mut inputs = reverse.inputs.clone();
    inputs.extend(&entering);
    let mut outputs = reverse.outputs.clone();
    outputs.extend(reverse.shadows.values());
    let finals = reverse.cotangents.iter().flatten().filter_map(Operand::var);
    outputs.extend(finals);
    let activity = Activity::of(&trace, &inputs, &outputs);
    let mut dots = param_dots(function, &mut trace, &lowered.params);
    for var in entering {
        let of = trace.var(var).clone();
        let ident = trace
            .names
            .fresh(&format!("{}_dot", of.ident), of.ident.span());
        let dot = param_var(&mut trace, &ident, of.ty, of.kind, Some(var));
        dots.insert(var, dot);
    }
    let zero = zero_of(&function.base.tokens(), function);
    let mut sweep = |body: &Block, dots| {
        trace.body = body.clone();
        let base = function.base;
        let tangents = jvp(&mut trace, &activity, base, dots, &zero, Carry::Tangents);
        (std::mem::take(&mut trace.body), tangents.dots)
    };
    let (mut forward, dots) = sweep(&reverse.forward, dots);
    let (mut backward, mut dots) = sweep(&reverse.backward, dots);
    windows(&mut trace, &mut forward);
    windows(&mut trace, &mut backward);
    dots.retain(|var, _| activity.is_active(*var));
    Second {
        trace,
        forward,
        backward,
        dots,
        reverse,
    }
}
