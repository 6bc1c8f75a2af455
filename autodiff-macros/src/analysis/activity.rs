//! Which variables carry derivatives?
//!
//! *Varied*: depends on an active input. *Useful*: an output depends on it. A variable that is
//! both is active and has a tangent or an adjoint. Both are computed without regard to the order
//! of statements, as a fixed point: a variable written in a loop is what any of its values is.

use crate::ir::*;

/// The active variables of a trace.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    varied: Marks,
    useful: Marks,
}

/// A set of variables.
#[derive(Clone, Debug, Default)]
struct Marks(Vec<bool>);

impl Marks {
    fn of(trace: &Trace, vars: &[VarId]) -> Marks {
        let mut marks = Marks(vec![false; trace.vars.len()]);
        vars.iter().for_each(|var| marks.0[var.0 as usize] = true);
        marks
    }

    /// Variables made after the analysis are in no set.
    fn contains(&self, var: VarId) -> bool {
        self.0.get(var.0 as usize) == Some(&true)
    }

    /// Whether the variable is new.
    fn insert(&mut self, var: VarId) -> bool {
        !std::mem::replace(&mut self.0[var.0 as usize], true)
    }
}

impl Activity {
    /// Propagates from `inputs` forwards and from `outputs` backwards.
    pub fn of(trace: &Trace, inputs: &[VarId], outputs: &[VarId]) -> Activity {
        let flows = flows(trace);
        let mut varied = Marks::of(trace, inputs);
        saturate(|| {
            let mut changed = false;
            for flow in &flows {
                if flow.from.iter().any(|var| varied.contains(*var)) {
                    for var in &flow.to {
                        changed |= trace.ty(*var).may_be_active() && varied.insert(*var);
                    }
                }
            }
            changed
        });
        let mut useful = Marks::of(trace, outputs);
        saturate(|| {
            let mut changed = false;
            // Against the order of statements, most of it is found in one go.
            for flow in flows.iter().rev() {
                if flow.to.iter().any(|var| useful.contains(*var)) {
                    for var in &flow.from {
                        changed |= useful.insert(*var);
                    }
                }
            }
            changed
        });
        Activity { varied, useful }
    }

    pub fn is_varied(&self, var: VarId) -> bool {
        self.varied.contains(var)
    }

    pub fn is_active(&self, var: VarId) -> bool {
        self.varied.contains(var) && self.useful.contains(var)
    }

    /// The active variable that an operand is, if it is one.
    pub fn active_var(&self, operand: &Operand) -> Option<VarId> {
        operand.var().filter(|var| self.is_active(*var))
    }
}

fn saturate(mut step: impl FnMut() -> bool) {
    while step() {}
}

/// A derivative flows from some variables to others.
struct Flow {
    from: Vec<VarId>,
    to: Vec<VarId>,
}

fn flows(trace: &Trace) -> Vec<Flow> {
    let mut flows = Vec::new();
    trace.body.walk(&mut |stmt| {
        if let Some(flow) = flow(stmt) {
            flows.push(flow);
        }
    });
    flows
}

fn flow(stmt: &Stmt) -> Option<Flow> {
    let vars = |operands: &[Operand]| operands.iter().filter_map(Operand::var).collect::<Vec<_>>();
    let (from, to) = match stmt {
        Stmt::Let(eqn) => {
            let mut from = match &eqn.op {
                Op::Passive(_) | Op::ZeroLike(_) | Op::ZeroAt(_) | Op::Zero => return None,
                Op::Rule(row) if row.partials.iter().all(|partial| *partial == "0.0") => {
                    return None;
                }
                Op::Load(place) | Op::SumOf(place) | Op::CloneOf(place) => vec![place.root],
                _ => Vec::new(),
            };
            from.extend(vars(&eqn.args));
            (from, vec![eqn.var])
        }
        Stmt::Declare {
            var,
            init: Some(init),
        } => (vars(std::slice::from_ref(init)), vec![*var]),
        Stmt::Assign { place, value, .. }
        | Stmt::Accumulate { place, value, .. }
        | Stmt::Push { place, value, .. } => (vars(std::slice::from_ref(value)), vec![place.root]),
        Stmt::Pop { place, var, .. } => (vec![place.root], vec![*var]),
        Stmt::AccumulateAll { place, other } => (vec![other.root], vec![place.root]),
        Stmt::Call(call) => call_flow(call),
        _ => return None,
    };
    Some(Flow { from, to })
}

fn call_flow(call: &Call) -> (Vec<VarId>, Vec<VarId>) {
    let mut from = Vec::new();
    let mut to = vec![call.result];
    for arg in &call.args {
        match arg {
            Arg::Value(value) => from.extend(value.var()),
            Arg::Shared(place) => from.push(place.root),
            Arg::Mutable(place) | Arg::Either(place) => {
                from.push(place.root);
                to.push(place.root);
            }
            Arg::PassiveRef(_) => {}
        }
    }
    match &call.form {
        CallForm::Plain => {}
        CallForm::Forward { pullback } => to.push(*pullback),
        CallForm::Backward {
            pullback,
            seed,
            shadows,
        } => {
            from.push(*pullback);
            from.extend(seed.iter().filter_map(Operand::var));
            to.clear();
            for place in shadows.iter().flatten() {
                from.push(place.root);
                to.push(place.root);
            }
        }
    }
    (from, to)
}
