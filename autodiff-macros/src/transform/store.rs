//! How the backward sweep gets at the values of the forward sweep.
//!
//! In the outermost region both sweeps share their variables. What a backward branch or iteration
//! needs from its counterpart is computed again where that is cheap and possible, and recorded
//! otherwise: a branch fills an `Option`, a loop pushes one tuple an iteration. Inputs that do not
//! change are read again and never copied; results of expensive operations are recorded, so that
//! no function is evaluated twice.

use crate::ir::*;
use proc_macro2::Span;
use std::collections::{HashMap, HashSet};

/// Completes the two sweeps: afterwards each backward region reads only what is at hand.
pub fn store(trace: &mut Trace, forward: &mut Block, backward: &mut Block) {
    shapes_before_moves(trace, forward, backward);
    let mut store = Recorder {
        trace,
        stacks: Vec::new(),
        intact: Intact::default(),
    };
    store.pair_in_one_scope(forward, backward);
    let stacks = store.stacks;
    forward.0.splice(0..0, stacks);
}

struct Recorder<'a> {
    trace: &'a mut Trace,
    /// The declarations of the stacks, for the top of the function.
    stacks: Vec<Stmt>,
    intact: Intact,
}

/// What the forward sweep leaves in memory for the backward sweep of the region at hand.
#[derive(Default)]
struct Intact {
    /// What is written from the region on, until the backward sweep comes to it.
    written: HashSet<VarId>,
    /// Values that an iteration puts into an element of its own, which nothing overwrites: the
    /// equation that reads them back.
    stored: HashMap<VarId, Eqn>,
}

/// The zero adjoint of something that is moved away is made while it is still there.
fn shapes_before_moves(trace: &Trace, forward: &mut Block, backward: &mut Block) {
    let mut wanted = Vec::new();
    remove_zeros(trace, backward, &mut wanted);
    for eqn in wanted {
        let Op::ZeroLike(of) = eqn.op else { continue };
        let eqn = Stmt::Let(eqn);
        if !insert_after_binding(forward, of, &eqn) {
            // A parameter is there from the start.
            forward.0.insert(0, eqn);
        }
    }
}

fn remove_zeros(trace: &Trace, block: &mut Block, wanted: &mut Vec<Eqn>) {
    block.0.retain(|stmt| match stmt {
        Stmt::Let(eqn) => match eqn.op {
            Op::ZeroLike(of) if trace.var(of).moved => {
                wanted.push(eqn.clone());
                false
            }
            _ => true,
        },
        _ => true,
    });
    for stmt in &mut block.0 {
        for block in stmt.blocks_mut() {
            remove_zeros(trace, block, wanted);
        }
    }
}

fn insert_after_binding(block: &mut Block, of: VarId, stmt: &Stmt) -> bool {
    if let Some(at) = block.0.iter().position(|stmt| stmt.binds().contains(&of)) {
        // A join has its value only after the branch that assigns it.
        let late = block.0[at + 1..].iter().position(|next| {
            next.blocks()
                .iter()
                .any(|inner| inner.all_writes().contains(&of))
        });
        let declared_only = matches!(&block.0[at], Stmt::Declare { init: None, .. });
        let at = match late {
            Some(after) if declared_only => at + 1 + after,
            _ => at,
        };
        block.0.insert(at + 1, stmt.clone());
        return true;
    }
    block
        .0
        .iter_mut()
        .flat_map(Stmt::blocks_mut)
        .any(|inner| insert_after_binding(inner, of, stmt))
}

impl Recorder<'_> {
    /// Treats the counterparts of two blocks that share their variables, the second running right
    /// after the first.
    fn pair_in_one_scope(&mut self, forward: &mut Block, backward: &mut Block) {
        let mut cells = Vec::new();
        for at in 0..forward.0.len() {
            let partner = backward
                .0
                .iter_mut()
                .find(|other| same_region(&forward.0[at], other));
            let Some(partner) = partner else {
                self.fused(&mut forward.0[at]);
                continue;
            };
            let later = written_in(self.trace, &forward.0[at + 1..]);
            let stored = stored_values(self.trace, &forward.0[at], &later);
            let mut written = later;
            written.extend(written_in(self.trace, &forward.0[at..=at]));
            self.intact = Intact { written, stored };
            self.counterparts(&mut forward.0[at], partner, at, &mut cells);
        }
        for (at, cell) in cells.into_iter().rev() {
            forward.0.insert(at, cell);
        }
    }

    /// Treats the counterparts inside of a pair of blocks.
    fn pair(&mut self, forward: &mut Block, backward: &mut Block) {
        let mut cells = Vec::new();
        for (at, stmt) in forward.0.iter_mut().enumerate() {
            if let Some(partner) = backward.0.iter_mut().find(|other| same_region(stmt, other)) {
                self.counterparts(stmt, partner, at, &mut cells);
            } else {
                self.fused(stmt);
            }
        }
        for (at, cell) in cells.into_iter().rev() {
            forward.0.insert(at, cell);
        }
    }

    /// A loop whose body holds both sweeps: treat the counterparts within it.
    fn fused(&mut self, stmt: &mut Stmt) {
        for block in stmt.blocks_mut() {
            let ids: HashMap<u32, usize> = first_regions(block);
            let split = block.0.iter().enumerate().position(|(k, stmt)| {
                region_id(stmt).is_some_and(|id| ids.get(&id).is_some_and(|first| *first < k))
            });
            match split {
                Some(split) => {
                    let mut back = Block(block.0.split_off(split));
                    self.pair_in_one_scope(block, &mut back);
                    block.0.extend(back.0);
                }
                None => block.0.iter_mut().for_each(|stmt| self.fused(stmt)),
            }
        }
    }

    fn counterparts(
        &mut self,
        forward: &mut Stmt,
        backward: &mut Stmt,
        at: usize,
        cells: &mut Vec<(usize, Stmt)>,
    ) {
        match (forward, backward) {
            (
                Stmt::If { then, els, .. },
                Stmt::If {
                    then: then_back,
                    els: els_back,
                    ..
                },
            ) => {
                for (block, back) in [(then, then_back), (els, els_back)] {
                    self.pair(block, back);
                    let store = self.needs(block, back, &[]);
                    if let Some(values) = store {
                        let var = self.new_store("saved");
                        cells.push((
                            at,
                            Stmt::NewStore {
                                var,
                                store: Store::Cell,
                            },
                        ));
                        block.0.push(Stmt::Put {
                            var,
                            store: Store::Cell,
                            values: values.clone(),
                        });
                        back.0.insert(
                            0,
                            Stmt::Take {
                                var,
                                store: Store::Cell,
                                values,
                            },
                        );
                    }
                }
            }
            (Stmt::Loop(l), Stmt::Loop(back)) => {
                self.pair(&mut l.body, &mut back.body);
                let bound = back.head.binds();
                let heads = l.head.binds();
                let needed = self.needs_with(&l.body, &mut back.body, &bound, &heads);
                if let Some(values) = needed {
                    let var = self.new_store("records");
                    self.stacks.push(Stmt::NewStore {
                        var,
                        store: Store::Stack,
                    });
                    l.body.0.push(Stmt::Put {
                        var,
                        store: Store::Stack,
                        values: values.clone(),
                    });
                    back.body.0.insert(
                        0,
                        Stmt::Take {
                            var,
                            store: Store::Stack,
                            values,
                        },
                    );
                }
            }
            _ => unreachable!("counterparts are of one kind"),
        }
    }

    fn new_store(&mut self, name: &str) -> VarId {
        let var = self
            .trace
            .fresh(name, Ty::Passive, Kind::Slot, Span::mixed_site());
        self.trace.var_mut(var).mutated = true;
        var
    }

    fn needs(
        &mut self,
        forward: &Block,
        backward: &mut Block,
        bound: &[VarId],
    ) -> Option<Vec<VarId>> {
        self.needs_with(forward, backward, bound, &[])
    }

    /// Decides what is recorded and what is computed again; puts the latter in front of
    /// `backward` and returns the former.
    fn needs_with(
        &mut self,
        forward: &Block,
        backward: &mut Block,
        bound: &[VarId],
        heads: &[VarId],
    ) -> Option<Vec<VarId>> {
        let mut inside: HashMap<VarId, Option<&Eqn>> = HashMap::new();
        for stmt in &forward.0 {
            for var in stmt.binds() {
                let eqn = match stmt {
                    Stmt::Let(eqn) => Some(eqn),
                    _ => None,
                };
                inside.insert(var, eqn);
            }
        }
        inside.extend(heads.iter().map(|var| (*var, None)));
        bound.iter().for_each(|var| {
            inside.remove(var);
        });
        let mut needed: Vec<VarId> = free(backward).into_iter().collect();
        needed.retain(|var| inside.contains_key(var));
        needed.sort();
        for (var, eqn) in &self.intact.stored {
            if let Some(known) = inside.get_mut(var) {
                *known = Some(eqn);
            }
        }
        let plan = Plan {
            trace: self.trace,
            inside: &inside,
            intact: &self.intact,
        };
        let (recorded, again) = plan.decide(&needed);
        let mut recomputed: Vec<Stmt> = Vec::new();
        for stmt in &forward.0 {
            if let Stmt::Let(eqn) = stmt
                && again.contains(&eqn.var)
            {
                let eqn = self.intact.stored.get(&eqn.var).unwrap_or(eqn);
                recomputed.push(Stmt::Let(eqn.clone()));
            }
        }
        backward.0.splice(0..0, recomputed);
        (!recorded.is_empty()).then_some(recorded)
    }
}

/// What the statements write, passive code included.
fn written_in(trace: &Trace, stmts: &[Stmt]) -> HashSet<VarId> {
    let mut written = HashSet::new();
    let mut note = |stmt: &Stmt| {
        written.extend(stmt.writes());
        written.extend(stmt.binds());
        let code = match stmt {
            Stmt::Passive { code, .. } => code,
            Stmt::Let(Eqn {
                op: Op::Passive(code),
                ..
            }) => code,
            _ => return,
        };
        if !code.pure {
            written.extend(code.reads.iter().filter(|var| trace.var(**var).mutated));
        }
    };
    for stmt in stmts {
        note(stmt);
        for block in stmt.blocks() {
            block.walk(&mut |stmt| note(stmt));
        }
    }
    written
}

/// The values that each iteration of a loop leaves in an element with its own index, if neither
/// the rest of the loop nor anything in `later` writes to that array.
fn stored_values(trace: &Trace, stmt: &Stmt, later: &HashSet<VarId>) -> HashMap<VarId, Eqn> {
    let mut stored = HashMap::new();
    let Stmt::Loop(l) = stmt else { return stored };
    let Head::Range { var: index, .. } = &l.head else {
        return stored;
    };
    let all: Vec<VarId> = l.body.all_writes();
    let own = l.body.all_binds();
    for stmt in &l.body.0 {
        let Stmt::Assign {
            place,
            value: Operand::Var(value),
            span,
        } = stmt
        else {
            continue;
        };
        let root = trace.var(place.root);
        let once = all.iter().filter(|var| **var == place.root).count() == 1;
        let by_index = place
            .path
            .iter()
            .any(|step| matches!(step, Step::Index(Operand::Var(var)) if var == index));
        let fixed = place
            .index_reads()
            .all(|var| var == *index || !own.contains(&var));
        let behind = matches!(root.ty, Ty::Ref(..));
        if once
            && by_index
            && fixed
            && !behind
            && !root.moved
            && !later.contains(&place.root)
            && !own.contains(&place.root)
            && trace.ty(*value).is_real()
        {
            let eqn = Eqn {
                var: *value,
                op: Op::Load(place.clone()),
                args: Vec::new(),
                span: *span,
            };
            stored.insert(*value, eqn);
        }
    }
    stored
}

fn region_id(stmt: &Stmt) -> Option<u32> {
    match stmt {
        Stmt::If { id, .. } => Some(*id),
        Stmt::Loop(l) => Some(l.id),
        _ => None,
    }
}

fn same_region(a: &Stmt, b: &Stmt) -> bool {
    matches!((region_id(a), region_id(b)), (Some(a), Some(b)) if a == b)
}

/// Where each branch or loop of a block stands first.
fn first_regions(block: &Block) -> HashMap<u32, usize> {
    let mut first = HashMap::new();
    for (k, stmt) in block.0.iter().enumerate() {
        if let Some(id) = region_id(stmt) {
            first.entry(id).or_insert(k);
        }
    }
    first
}

/// The variables that a block reads and does not bind.
fn free(block: &Block) -> HashSet<VarId> {
    let mut bound: HashSet<VarId> = HashSet::new();
    let mut free = HashSet::new();
    for stmt in &block.0 {
        for var in stmt.reads() {
            if !bound.contains(&var) {
                free.insert(var);
            }
        }
        for inner in stmt.blocks() {
            let mut own: HashSet<VarId> = bound.clone();
            if let Stmt::Loop(l) = stmt {
                own.extend(l.head.binds());
                if let Head::While { test, .. } = &l.head {
                    own.extend(test.all_binds());
                }
            }
            free.extend(
                self::free(inner)
                    .into_iter()
                    .filter(|var| !own.contains(var)),
            );
        }
        bound.extend(stmt.binds());
    }
    free
}

/// The choice between recording and computing again, for one region.
struct Plan<'a> {
    trace: &'a Trace,
    inside: &'a HashMap<VarId, Option<&'a Eqn>>,
    intact: &'a Intact,
}

impl Plan<'_> {
    /// What to record, and what to compute again.
    fn decide(&self, needed: &[VarId]) -> (Vec<VarId>, HashSet<VarId>) {
        let mut must: HashSet<VarId> = needed
            .iter()
            .copied()
            .filter(|var| !self.repeatable(*var))
            .collect();
        let mut leaves: HashSet<VarId> = HashSet::new();
        let mut undecided = Vec::new();
        for var in needed.iter().filter(|var| !must.contains(var)) {
            let own: HashSet<VarId> = self
                .leaves(*var)
                .into_iter()
                .filter(|leaf| !must.contains(leaf))
                .collect();
            if !own.is_empty() {
                undecided.push(*var);
                leaves.extend(own);
            }
        }
        if leaves.len() <= undecided.len() {
            must.extend(leaves);
        } else {
            must.extend(undecided);
        }
        let mut again = HashSet::new();
        for var in needed {
            self.collect(*var, &must, &mut again);
        }
        let mut recorded: Vec<VarId> = must.into_iter().collect();
        recorded.sort();
        (recorded, again)
    }

    fn collect(&self, var: VarId, recorded: &HashSet<VarId>, again: &mut HashSet<VarId>) {
        if recorded.contains(&var) || !self.inside.contains_key(&var) || !again.insert(var) {
            return;
        }
        for read in self.reads(var) {
            self.collect(read, recorded, again);
        }
    }

    fn reads(&self, var: VarId) -> Vec<VarId> {
        let mut reads = Vec::new();
        if let Some(Some(eqn)) = self.inside.get(&var) {
            eqn_reads(eqn, &mut reads);
        }
        reads
    }

    /// What would have to be recorded to compute `var` again.
    fn leaves(&self, var: VarId) -> HashSet<VarId> {
        if !self.inside.contains_key(&var) {
            return HashSet::new();
        }
        if !self.repeatable(var) {
            return HashSet::from([var]);
        }
        self.reads(var)
            .into_iter()
            .flat_map(|read| self.leaves(read))
            .collect()
    }

    /// Whether the equation of `var` is cheap and gives the same value later.
    fn repeatable(&self, var: VarId) -> bool {
        let Some(Some(eqn)) = self.inside.get(&var) else {
            return false;
        };
        if self.intact.stored.contains_key(&var) {
            return true;
        }
        let steady = |var: &VarId| {
            let of = self.trace.var(*var);
            let behind = of.kind == Kind::Param && matches!(of.ty, Ty::Ref(_, true));
            (!of.mutated || (!behind && !self.intact.written.contains(var))) && !of.moved
        };
        let mut reads = Vec::new();
        eqn_reads(eqn, &mut reads);
        let code_steady = |operand: &Operand| match operand {
            Operand::Code(code) => code.pure,
            _ => true,
        };
        if !reads.iter().all(steady) || !eqn.args.iter().all(code_steady) {
            return false;
        }
        match &eqn.op {
            Op::Rule(row) => row.is_cheap(),
            Op::Copy | Op::Select(_) => true,
            Op::Load(_) => self.trace.ty(var).is_copy() || self.trace.ty(var).is_passive(),
            Op::Passive(code) => code.pure,
            Op::ZeroLike(of) => !self.inside.contains_key(of),
            Op::Zero => true,
            _ => false,
        }
    }
}
