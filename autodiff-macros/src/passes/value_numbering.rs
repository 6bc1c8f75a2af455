//! Common subexpressions, and values read back after they were written, become one variable.
//!
//! What a loop or branch may write is forgotten where it is entered and where it is left. A
//! variable that a passive expression mentions by name keeps its equation.

use crate::ir::*;
use std::collections::{HashMap, HashSet};

/// Rewrites the trace.
pub fn run(trace: &mut Trace) {
    let mut named = HashSet::new();
    trace.body.walk(&mut |stmt| named.extend(code_reads(stmt)));
    let mut body = std::mem::take(&mut trace.body);
    let mut roots = HashSet::new();
    body.walk_mut(&mut |stmt| {
        for_each_place(stmt, &mut |place| {
            roots.insert(place.root);
        });
    });
    let mut numbering = Numbering {
        trace,
        named,
        roots,
        same: HashMap::new(),
    };
    numbering.block(&mut body, Table::default());
    let same = numbering.same;
    if let Some(Operand::Var(var)) = &trace.result
        && let Some(other) = same.get(var)
    {
        trace.result = Some(other.clone());
    }
    trace.body = body;
}

/// The values at hand: what each expression is, and which variables that depends on.
#[derive(Clone, Default)]
struct Table(HashMap<String, (Operand, Vec<VarId>)>);

impl Table {
    fn forget(&mut self, written: &[VarId]) {
        if !written.is_empty() {
            self.0
                .retain(|_, (_, reads)| !reads.iter().any(|read| written.contains(read)));
        }
    }
}

struct Numbering<'a> {
    trace: &'a Trace,
    named: HashSet<VarId>,
    /// The variables that something reads a place of, be it the whole: a number would not do.
    roots: HashSet<VarId>,
    same: HashMap<VarId, Operand>,
}

impl Numbering<'_> {
    fn block(&mut self, block: &mut Block, mut table: Table) {
        let mut kept = Vec::new();
        for mut stmt in std::mem::take(&mut block.0) {
            self.substitute(&mut stmt);
            if self.is_known(&stmt, &table) {
                continue;
            }
            let mut written = stmt.writes();
            written.extend(self.side_effects(&stmt));
            for inner in stmt.blocks() {
                written.extend(inner.all_writes());
                inner.walk(&mut |stmt| written.extend(self.side_effects(stmt)));
            }
            let in_loop = matches!(stmt, Stmt::Loop(_));
            if in_loop {
                table.forget(&written);
            }
            for inner in stmt.blocks_mut() {
                self.block(inner, table.clone());
            }
            table.forget(&written);
            self.learn(&stmt, &mut table);
            kept.push(stmt);
        }
        block.0 = kept;
    }

    /// What a passive piece of code may change without saying so.
    fn side_effects(&self, stmt: &Stmt) -> Vec<VarId> {
        let reads = match stmt {
            Stmt::Passive { code, .. } if !code.pure => &code.reads,
            Stmt::Let(Eqn {
                op: Op::Passive(code),
                ..
            }) if !code.pure => &code.reads,
            _ => return Vec::new(),
        };
        reads
            .iter()
            .copied()
            .filter(|var| self.trace.var(*var).mutated)
            .collect()
    }

    /// Whether the statement computes what is at hand already; remembers the other name if so.
    fn is_known(&mut self, stmt: &Stmt, table: &Table) -> bool {
        let Stmt::Let(eqn) = stmt else { return false };
        let var = self.trace.var(eqn.var);
        if self.named.contains(&eqn.var) || !var.source_name.is_empty() || var.annotation.is_some()
        {
            return false;
        }
        let Some(key) = self.key(eqn) else {
            return false;
        };
        match table.0.get(&key) {
            Some((known, _)) if known.var().is_none() && self.roots.contains(&eqn.var) => false,
            Some((known, _)) => {
                self.same.insert(eqn.var, known.clone());
                true
            }
            None => false,
        }
    }

    fn learn(&self, stmt: &Stmt, table: &mut Table) {
        match stmt {
            Stmt::Let(eqn) => {
                if let Some(key) = self.key(eqn) {
                    let mut reads = Vec::new();
                    eqn_reads(eqn, &mut reads);
                    reads.push(eqn.var);
                    table.0.insert(key, (Operand::Var(eqn.var), reads));
                }
            }
            Stmt::Assign { place, value, .. } => self.learn_value(place, value, table),
            Stmt::Declare {
                var,
                init: Some(value),
            } => {
                self.learn_value(&Place::whole(*var), value, table);
            }
            _ => {}
        }
    }

    /// After `place = value`, reading the place gives the value.
    fn learn_value(&self, place: &Place, value: &Operand, table: &mut Table) {
        let fixed = match value {
            Operand::Lit(..) => true,
            Operand::Var(var) => matches!(self.trace.var(*var).kind, Kind::Temp),
            Operand::Code(_) => false,
        };
        if fixed && self.trace.place_ty(place).is_real() && self.trace.operand_ty(value).is_real() {
            let mut reads: Vec<VarId> = place.index_reads().collect();
            reads.push(place.root);
            reads.extend_from_slice(value.reads());
            table
                .0
                .insert(format!("load {}", place_key(place)), (value.clone(), reads));
        }
    }

    /// A text that equal computations share; `None` for what must stay where it is.
    fn key(&self, eqn: &Eqn) -> Option<String> {
        let args: Vec<String> = eqn.args.iter().map(operand_key).collect();
        match &eqn.op {
            Op::Rule(row) => Some(format!("{}({})", row.name, args.join(", "))),
            Op::Load(place) => {
                let ty = self.trace.ty(eqn.var);
                (ty.is_real() || ty.is_passive()).then(|| format!("load {}", place_key(place)))
            }
            Op::Passive(code) if code.pure => Some(format!("code {}", code.tokens)),
            _ => None,
        }
    }

    fn substitute(&self, stmt: &mut Stmt) {
        for_each_operand(stmt, &mut |operand| {
            if let Operand::Var(var) = operand
                && let Some(known) = self.same.get(var)
            {
                *operand = known.clone();
            }
        });
        for_each_place(stmt, &mut |place| {
            if let Some(Operand::Var(known)) = self.same.get(&place.root) {
                place.root = *known;
            }
        });
    }
}

fn operand_key(operand: &Operand) -> String {
    match operand {
        Operand::Var(var) => format!("#{}", var.0),
        Operand::Lit(value, _) => format!("{:x}", value.to_bits()),
        Operand::Code(code) => code.tokens.to_string(),
    }
}

fn place_key(place: &Place) -> String {
    let mut key = format!("#{}", place.root.0);
    for step in &place.path {
        key.push_str(&match step {
            Step::Index(index) => format!("[{}]", operand_key(index)),
            Step::Field(field) => format!(".{field}"),
            Step::Payload => "?".to_string(),
            Step::Range(code) => format!("[{}]", code.tokens),
        });
    }
    key
}

/// Calls `visit` on each place that the statement itself reads or writes.
fn for_each_place(stmt: &mut Stmt, visit: &mut dyn FnMut(&mut Place)) {
    match stmt {
        Stmt::Let(Eqn {
            op: Op::Load(place) | Op::SumOf(place) | Op::CloneOf(place),
            ..
        })
        | Stmt::Assign { place, .. }
        | Stmt::Accumulate { place, .. }
        | Stmt::Push { place, .. }
        | Stmt::Pop { place, .. } => visit(place),
        Stmt::Call(call) => {
            for arg in &mut call.args {
                if let Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) = arg {
                    visit(place);
                }
            }
        }
        _ => {}
    }
}

/// Calls `visit` on each operand of the statement itself.
fn for_each_operand(stmt: &mut Stmt, visit: &mut dyn FnMut(&mut Operand)) {
    for_each_place(stmt, &mut |place| {
        for step in &mut place.path {
            if let Step::Index(index) = step {
                visit(index);
            }
        }
    });
    match stmt {
        Stmt::Let(eqn) => {
            eqn.args.iter_mut().for_each(&mut *visit);
            if let Op::Select(cond) = &mut eqn.op {
                visit(cond);
            }
        }
        Stmt::Declare {
            init: Some(init), ..
        } => visit(init),
        Stmt::Assign { value, .. } | Stmt::Accumulate { value, .. } | Stmt::Push { value, .. } => {
            visit(value);
        }
        Stmt::If { cond, .. } => visit(cond),
        Stmt::Loop(l) => {
            if let Head::Range { lo, hi, step, .. } = &mut l.head {
                visit(lo);
                visit(hi);
                step.iter_mut().for_each(&mut *visit);
            }
        }
        Stmt::Call(call) => {
            for arg in &mut call.args {
                if let Arg::Value(value) = arg {
                    visit(value);
                }
            }
        }
        _ => {}
    }
}

/// The variables that a statement mentions inside of passive code.
fn code_reads(stmt: &Stmt) -> Vec<VarId> {
    let mut reads = Vec::new();
    let mut copy = stmt.clone();
    for_each_operand(&mut copy, &mut |operand| {
        if let Operand::Code(code) = operand {
            reads.extend_from_slice(&code.reads);
        }
    });
    match stmt {
        Stmt::Passive { code, .. }
        | Stmt::Let(Eqn {
            op: Op::Passive(code),
            ..
        }) => {
            reads.extend_from_slice(&code.reads);
        }
        Stmt::Loop(l) => match &l.head {
            Head::Each { iter, .. } => reads.extend_from_slice(&iter.reads),
            Head::While { cond, .. } => reads.extend_from_slice(cond.reads()),
            _ => {}
        },
        Stmt::Call(call) => {
            for arg in &call.args {
                match arg {
                    Arg::PassiveRef(code) => reads.extend_from_slice(&code.reads),
                    Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => {
                        // What is borrowed needs a variable of its own.
                        reads.push(place.root);
                        range_reads(place, &mut reads);
                    }
                    Arg::Value(_) => {}
                }
            }
        }
        _ => {}
    }
    if let Stmt::Let(Eqn {
        op: Op::Load(place) | Op::CloneOf(place),
        ..
    })
    | Stmt::Assign { place, .. }
    | Stmt::Accumulate { place, .. }
    | Stmt::Push { place, .. }
    | Stmt::Pop { place, .. } = stmt
    {
        range_reads(place, &mut reads);
    }
    reads
}

/// The ends of ranges are kept by name.
fn range_reads(place: &Place, reads: &mut Vec<VarId>) {
    for step in &place.path {
        if let Step::Range(code) = step {
            reads.extend_from_slice(&code.reads);
        }
    }
}
