//! How the backward sweep gets at the values of the forward sweep.
//!
//! In the outermost region both sweeps share their variables. What a backward branch or iteration
//! needs from its counterpart is computed again where that is cheap and possible, and recorded
//! otherwise: a branch fills an `Option`, a loop pushes one tuple an iteration. Inputs that do not
//! change are read again and never copied; results of expensive operations are recorded, so that
//! no function is evaluated twice.

mod captures;
mod intact;
mod kept;
mod moves;
mod plan;
mod reserve;

use crate::ir::*;
pub use captures::fewer_captures;
pub use intact::written_by;
use intact::{Intact, stored_values, written_in};
use kept::kept_loads;
pub use moves::shapes_before_moves;
use plan::Plan;
use proc_macro2::Span;
use std::collections::{HashMap, HashSet};

/// Completes the two sweeps: afterwards each backward region reads only what is at hand.
pub fn store(trace: &mut Trace, forward: &mut Block, backward: &mut Block) {
    let mut store = Recorder {
        trace,
        stacks: Vec::new(),
        intact: Intact::default(),
    };
    store.pair_in_one_scope(forward, backward);
    let stacks = store.stacks;
    reserve::reserve(trace, forward);
    forward.0.splice(0..0, stacks);
}

struct Recorder<'a> {
    trace: &'a mut Trace,
    /// The declarations of the stacks, for the top of the function.
    stacks: Vec<Stmt>,
    intact: Intact,
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
                .find(|other| forward.0[at].is_counterpart(other));
            let Some(partner) = partner else {
                self.fused(&mut forward.0[at]);
                continue;
            };
            let later = written_in(self.trace, &forward.0[at + 1..]);
            let stored = stored_values(self.trace, &forward.0[at], &later);
            let kept = kept_loads(self.trace, &forward.0[..at], &forward.0[at], &later);
            let mut written = later;
            written.extend(written_in(self.trace, &forward.0[at..=at]));
            self.intact = Intact {
                written,
                stored,
                kept,
            };
            self.counterparts(&mut forward.0[at], partner, at, &mut cells);
        }
        self.alone(forward, backward);
        for (at, cell) in cells.into_iter().rev() {
            forward.0.insert(at, cell);
        }
    }

    /// Treats the regions of `backward` that have no counterpart.
    fn alone(&mut self, forward: &Block, backward: &mut Block) {
        for stmt in &mut backward.0 {
            if !forward.0.iter().any(|other| other.is_counterpart(stmt)) {
                self.fused(stmt);
            }
        }
    }

    /// Treats the counterparts inside of a pair of blocks.
    fn pair(&mut self, forward: &mut Block, backward: &mut Block) {
        let mut cells = Vec::new();
        for (at, stmt) in forward.0.iter_mut().enumerate() {
            if let Some(partner) = backward
                .0
                .iter_mut()
                .find(|other| stmt.is_counterpart(other))
            {
                self.counterparts(stmt, partner, at, &mut cells);
            } else {
                self.fused(stmt);
            }
        }
        self.alone(forward, backward);
        for (at, cell) in cells.into_iter().rev() {
            forward.0.insert(at, cell);
        }
    }

    /// A loop whose body holds both sweeps: treat the counterparts within it.
    fn fused(&mut self, stmt: &mut Stmt) {
        for block in stmt.blocks_mut() {
            let ids: HashMap<u32, usize> = first_regions(block);
            let split = block.0.iter().enumerate().position(|(k, stmt)| {
                stmt.region()
                    .is_some_and(|id| ids.get(&id).is_some_and(|first| *first < k))
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
            needed: &needed,
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

/// Where each branch or loop of a block stands first.
fn first_regions(block: &Block) -> HashMap<u32, usize> {
    let mut first = HashMap::new();
    for (k, stmt) in block.0.iter().enumerate() {
        if let Some(id) = stmt.region() {
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
