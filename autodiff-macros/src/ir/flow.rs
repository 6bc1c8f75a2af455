//! What statements read, bind and write.

use super::*;

impl Head {
    /// The variables that each iteration binds.
    pub fn binds(&self) -> Vec<VarId> {
        match self {
            Head::Range { var, .. } => vec![*var],
            Head::Each { vars, .. } => vars.clone(),
            Head::While { .. } | Head::Replay { .. } => Vec::new(),
        }
    }
}

impl Stmt {
    /// The number of a branch or a loop.
    pub fn region(&self) -> Option<u32> {
        match self {
            Stmt::If { id, .. } => Some(*id),
            Stmt::Loop(l) => Some(l.id),
            _ => None,
        }
    }

    /// Whether two statements are the two sweeps of one branch or loop.
    pub fn is_counterpart(&self, other: &Stmt) -> bool {
        self.region().is_some() && self.region() == other.region()
    }

    /// The nested regions.
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Stmt::If { then, els, .. } => vec![then, els],
            Stmt::Loop(l) => match &l.head {
                Head::While { test, .. } => vec![test, &l.body],
                _ => vec![&l.body],
            },
            _ => Vec::new(),
        }
    }

    /// The nested regions, to change.
    pub fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            Stmt::If { then, els, .. } => vec![then, els],
            Stmt::Loop(l) => match &mut l.head {
                Head::While { test, .. } => vec![test, &mut l.body],
                _ => vec![&mut l.body],
            },
            _ => Vec::new(),
        }
    }

    /// The variables this statement reads itself, nested regions left out.
    pub fn reads(&self) -> Vec<VarId> {
        let mut out = Vec::new();
        let operand = |o: &Operand, out: &mut Vec<VarId>| out.extend_from_slice(o.reads());
        match self {
            Stmt::Let(eqn) => eqn_reads(eqn, &mut out),
            Stmt::Declare { init, .. } => out.extend(init.iter().flat_map(Operand::reads)),
            Stmt::Assign { place, value, .. } => {
                out.extend(place.index_reads());
                operand(value, &mut out);
            }
            Stmt::Accumulate { place, value, .. } => {
                out.push(place.root);
                out.extend(place.index_reads());
                operand(value, &mut out);
            }
            Stmt::AccumulateAll { place, other } => {
                out.extend([place.root, other.root]);
                out.extend(place.index_reads().chain(other.index_reads()));
            }
            Stmt::Clear { place } | Stmt::Pop { place, .. } => {
                out.push(place.root);
                out.extend(place.index_reads());
            }
            Stmt::Push { place, value, .. } => {
                out.push(place.root);
                out.extend(place.index_reads());
                operand(value, &mut out);
            }
            Stmt::If { cond, .. } => operand(cond, &mut out),
            Stmt::Loop(l) => {
                match &l.head {
                    Head::Range { lo, hi, step, .. } => {
                        operand(lo, &mut out);
                        operand(hi, &mut out);
                        out.extend(step.iter().flat_map(Operand::reads));
                    }
                    Head::While { cond, .. } => operand(cond, &mut out),
                    Head::Each { iter, .. } => out.extend_from_slice(&iter.reads),
                    Head::Replay { trips } => out.push(*trips),
                }
                out.extend_from_slice(&l.exits);
            }
            Stmt::Call(call) => call_reads(call, &mut out),
            Stmt::Passive { code, writes, .. } => {
                out.extend_from_slice(&code.reads);
                out.extend_from_slice(writes);
            }
            Stmt::NewStore { .. } => {}
            Stmt::Put { var, values, .. } => {
                out.push(*var);
                out.extend_from_slice(values);
            }
            Stmt::Take { var, .. } => out.push(*var),
            Stmt::Snapshot { store, values } => {
                out.push(*store);
                out.extend_from_slice(values);
            }
            Stmt::Revisit { store, .. } => out.push(*store),
        }
        out
    }

    /// The variables this statement brings into scope.
    pub fn binds(&self) -> Vec<VarId> {
        match self {
            Stmt::Let(eqn) => vec![eqn.var],
            Stmt::Pop { var, .. } => vec![*var],
            Stmt::Declare { var, .. } | Stmt::NewStore { var, .. } => vec![*var],
            Stmt::Passive { defines, .. } => defines.clone(),
            Stmt::Take { values, .. } => values.clone(),
            Stmt::Revisit {
                from, step, values, ..
            } => [*from, *step]
                .into_iter()
                .chain(values.iter().copied())
                .collect(),
            Stmt::Call(call) => {
                let mut binds = match &call.form {
                    CallForm::Plain => vec![call.result],
                    CallForm::Forward { pullback } => vec![call.result, *pullback],
                    CallForm::Backward { .. } => Vec::new(),
                };
                binds.extend(call.dots.iter().filter_map(|dots| dots.result));
                binds
            }
            _ => Vec::new(),
        }
    }

    /// The variables this statement writes to in place.
    pub fn writes(&self) -> Vec<VarId> {
        match self {
            Stmt::Assign { place, .. }
            | Stmt::Accumulate { place, .. }
            | Stmt::AccumulateAll { place, .. }
            | Stmt::Push { place, .. }
            | Stmt::Pop { place, .. }
            | Stmt::Clear { place } => vec![place.root],
            Stmt::Passive { writes, .. } => writes.clone(),
            Stmt::Put { var, .. } | Stmt::Take { var, .. } => vec![*var],
            Stmt::Snapshot { store, .. } | Stmt::Revisit { store, .. } => vec![*store],
            Stmt::Call(call) => match &call.form {
                CallForm::Backward { shadows, .. } => {
                    shadows.iter().flatten().map(|place| place.root).collect()
                }
                _ => call
                    .args
                    .iter()
                    .filter_map(|arg| match arg {
                        Arg::Mutable(place) | Arg::Either(place) => Some(place.root),
                        _ => None,
                    })
                    .collect(),
            },
            _ => Vec::new(),
        }
    }
}

/// The variables an equation reads.
pub fn eqn_reads(eqn: &Eqn, out: &mut Vec<VarId>) {
    out.extend(eqn.args.iter().flat_map(Operand::reads));
    match &eqn.op {
        Op::Load(place) | Op::SumOf(place) | Op::CloneOf(place) | Op::ZeroAt(place) => {
            out.push(place.root);
            out.extend(place.index_reads());
        }
        Op::Select(cond) => out.extend_from_slice(cond.reads()),
        Op::Passive(code) => out.extend_from_slice(&code.reads),
        Op::ZeroLike(var) => out.push(*var),
        Op::Given(given) => out.extend_from_slice(&given.call.reads),
        Op::Record(record) => {
            out.extend_from_slice(record.value.reads());
            for (node, partial) in &record.parents {
                out.extend(node.reads().iter().chain(partial.reads()));
            }
            out.extend(record.constants.iter().flat_map(Operand::reads));
        }
        _ => {}
    }
}

fn call_reads(call: &Call, out: &mut Vec<VarId>) {
    let backward = matches!(call.form, CallForm::Backward { .. });
    for arg in &call.args {
        match arg {
            // The cotangent of a value needs no value.
            Arg::Value(_) if backward => {}
            Arg::Value(value) => out.extend_from_slice(value.reads()),
            Arg::Mutable(place) | Arg::Either(place) if backward => {
                out.extend(place.index_reads());
            }
            Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => {
                out.push(place.root);
                out.extend(place.index_reads());
            }
            Arg::PassiveRef(code) => out.extend_from_slice(&code.reads),
        }
    }
    if let CallForm::Backward {
        pullback,
        seed,
        shadows,
        ..
    } = &call.form
    {
        out.push(*pullback);
        out.extend(seed.iter().flat_map(Operand::reads));
        for place in shadows.iter().flatten() {
            out.push(place.root);
            out.extend(place.index_reads());
        }
    }
}

impl Block {
    /// Visits every statement, outer ones before the ones nested in them.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Stmt)) {
        for stmt in &self.0 {
            visit(stmt);
            for block in stmt.blocks() {
                block.walk(visit);
            }
        }
    }

    /// The same, to change.
    pub fn walk_mut(&mut self, visit: &mut dyn FnMut(&mut Stmt)) {
        for stmt in &mut self.0 {
            visit(stmt);
            for block in stmt.blocks_mut() {
                block.walk_mut(visit);
            }
        }
    }

    /// The variables written anywhere inside.
    pub fn all_writes(&self) -> Vec<VarId> {
        let mut out = Vec::new();
        self.walk(&mut |stmt| out.extend(stmt.writes()));
        out
    }

    /// The variables bound anywhere inside.
    pub fn all_binds(&self) -> Vec<VarId> {
        let mut out = Vec::new();
        self.walk(&mut |stmt| {
            out.extend(stmt.binds());
            if let Stmt::Loop(l) = stmt {
                out.extend(l.head.binds());
            }
        });
        out
    }
}
