//! Loops that only add to accumulators run forward and backward in one go.
//!
//! Where an iteration does nothing but add to sums, and the adjoints of these sums are known before
//! the loop (they depend on nothing that the loop or what follows it computes), the backward
//! iteration can follow the forward iteration at once: nothing is recorded, nothing is computed
//! twice. This is how gradients of sums over samples are written by hand.

use crate::analysis::activity::Activity;
use crate::ir::*;
use std::collections::HashSet;

/// Moves the backward sweeps of such loops into their forward sweeps. `outside` are the variables
/// at hand before `forward` begins.
pub fn fuse(
    trace: &Trace,
    activity: &Activity,
    forward: &mut Block,
    backward: &mut Block,
    outside: &HashSet<VarId>,
) {
    let mut at = 0;
    while at < forward.0.len() {
        if let Some(fused) = Fusion::plan(trace, activity, forward, backward, at, outside) {
            at += fused.apply(trace, activity, forward, backward, at, outside);
        }
        at += 1;
    }
}

/// What has to move for the loop to be fused.
struct Fusion {
    /// Where in the backward block the loop is.
    partner: usize,
    /// The backward statements that must stand before the fused loop.
    early: Vec<usize>,
}

impl Fusion {
    fn plan(
        trace: &Trace,
        activity: &Activity,
        forward: &Block,
        backward: &Block,
        at: usize,
        outside: &HashSet<VarId>,
    ) -> Option<Fusion> {
        let Stmt::Loop(l) = &forward.0[at] else {
            return None;
        };
        let partner = backward.0.iter().position(|stmt| match stmt {
            Stmt::Loop(other) => other.id == l.id,
            _ => false,
        })?;
        let Stmt::Loop(back) = &backward.0[partner] else {
            return None;
        };
        if !only_accumulates(trace, activity, &l.body) || overwritten_later(activity, forward, at) {
            return None;
        }
        let mut at_hand = outside.clone();
        for stmt in &forward.0[..at] {
            at_hand.extend(stmt.binds());
        }
        let early = early_statements(&backward.0[..partner], &back.body, &at_hand)?;
        Some(Fusion { partner, early })
    }

    /// Rewrites the two blocks; returns how many statements now stand before the loop.
    fn apply(
        self,
        trace: &Trace,
        activity: &Activity,
        forward: &mut Block,
        backward: &mut Block,
        at: usize,
        outside: &HashSet<VarId>,
    ) -> usize {
        let Stmt::Loop(back) = backward.0.remove(self.partner) else {
            unreachable!("the plan found a loop there")
        };
        let mut early = Vec::new();
        for k in self.early.iter().rev() {
            early.push(backward.0.remove(*k));
        }
        early.reverse();
        let moved = early.len();
        let mut inside = outside.clone();
        for stmt in forward.0[..at].iter().chain(&early) {
            inside.extend(stmt.binds());
        }
        let Stmt::Loop(l) = &mut forward.0[at] else {
            unreachable!("the plan found a loop there")
        };
        inside.extend(l.head.binds());
        let mut body_back = back.body;
        fuse(trace, activity, &mut l.body, &mut body_back, &inside);
        l.body.0.extend(body_back.0);
        forward.0.splice(at..at, early);
        moved
    }
}

/// Whether every active variable from outside that `body` writes is a sum that it only adds to.
fn only_accumulates(trace: &Trace, activity: &Activity, body: &Block) -> bool {
    let own: HashSet<VarId> = body.all_binds().into_iter().collect();
    let from_outside = |var: VarId| activity.is_active(var) && !own.contains(&var);
    let mut sums = HashSet::new();
    let mut fine = true;
    body.walk(&mut |stmt| match stmt {
        Stmt::Accumulate { place, .. } if place.is_whole() => {
            if from_outside(place.root) {
                sums.insert(place.root);
                fine &= trace.ty(place.root).is_real();
            }
        }
        other => fine &= !other.writes().into_iter().any(from_outside),
    });
    body.walk(&mut |stmt| {
        let reads = match stmt {
            Stmt::Accumulate { place, value, .. } if place.is_whole() => value.reads().to_vec(),
            other => other.reads(),
        };
        fine &= !reads.iter().any(|var| sums.contains(var));
    });
    fine
}

/// Whether something that the loop reads is overwritten after it: its adjoint is emptied on the
/// way back, and must not have the loop's contributions by then.
fn overwritten_later(activity: &Activity, forward: &Block, at: usize) -> bool {
    let Stmt::Loop(l) = &forward.0[at] else {
        return true;
    };
    let mut reads = HashSet::new();
    l.body.walk(&mut |stmt| {
        let sum = match stmt {
            Stmt::Accumulate { place, .. } if place.is_whole() => Some(place.root),
            _ => None,
        };
        reads.extend(stmt.reads().into_iter().filter(|var| Some(*var) != sum));
    });
    let mut later = false;
    for stmt in &forward.0[at + 1..] {
        let mut look = |stmt: &Stmt| {
            later |= stmt
                .writes()
                .into_iter()
                .any(|var| activity.is_active(var) && reads.contains(&var));
        };
        look(stmt);
        for block in stmt.blocks() {
            block.walk(&mut |stmt| look(stmt));
        }
    }
    later
}

/// The statements among `before` that the backward body depends on, if all of them can be moved
/// to a point where only `at_hand` is known.
fn early_statements(before: &[Stmt], body: &Block, at_hand: &HashSet<VarId>) -> Option<Vec<usize>> {
    let bound: HashSet<VarId> = before.iter().flat_map(Stmt::binds).collect();
    // What the body reads must be computed early; what it only adds to must be declared early.
    let mut read = HashSet::new();
    let mut touched = HashSet::new();
    body.walk(&mut |stmt| {
        let adds_to = match stmt {
            Stmt::Accumulate { place, .. } | Stmt::AccumulateAll { place, .. } => Some(place.root),
            _ => None,
        };
        for var in stmt.reads().into_iter().filter(|var| bound.contains(var)) {
            if Some(var) == adds_to && !reads_twice(stmt, var) {
                touched.insert(var);
            } else {
                read.insert(var);
            }
        }
        touched.extend(stmt.writes().into_iter().filter(|var| bound.contains(var)));
        if !matches!(stmt, Stmt::Accumulate { .. } | Stmt::AccumulateAll { .. }) {
            read.extend(stmt.writes().into_iter().filter(|var| bound.contains(var)));
        }
    });
    let mut early = HashSet::new();
    loop {
        let size = early.len();
        for (k, stmt) in before.iter().enumerate().rev() {
            let declares = stmt
                .binds()
                .iter()
                .any(|var| read.contains(var) || touched.contains(var));
            let inner = stmt.blocks().into_iter().flat_map(Block::all_writes);
            let changes = stmt
                .writes()
                .into_iter()
                .chain(inner)
                .any(|var| read.contains(&var));
            // A reading of an adjoint that moves must move with it.
            let samples = match stmt {
                Stmt::Let(Eqn {
                    op: Op::Load(place),
                    ..
                }) => read.contains(&place.root),
                _ => false,
            };
            if (declares || changes || samples) && early.insert(k) {
                read.extend(stmt.reads());
            }
        }
        if early.len() == size {
            break;
        }
    }
    if nested_reading(before, &read) {
        return None;
    }
    let mut early: Vec<usize> = early.into_iter().collect();
    early.sort_unstable();
    let mut known = at_hand.clone();
    for k in &early {
        let stmt = &before[*k];
        let simple = matches!(
            stmt,
            Stmt::Let(_) | Stmt::Declare { .. } | Stmt::Assign { .. } | Stmt::Accumulate { .. }
        );
        if !simple || stmt.reads().iter().any(|var| !known.contains(var)) {
            return None;
        }
        known.extend(stmt.binds());
    }
    Some(early)
}

/// Whether a nested region looks at an adjoint that would move past it.
fn nested_reading(before: &[Stmt], moving: &HashSet<VarId>) -> bool {
    let written: HashSet<VarId> = before.iter().flat_map(Stmt::writes).collect();
    let mut found = false;
    for block in before.iter().flat_map(Stmt::blocks) {
        block.walk(&mut |stmt| {
            found |= stmt
                .reads()
                .iter()
                .any(|var| moving.contains(var) && written.contains(var));
        });
    }
    found
}

/// Whether an addition also reads its target, as in `x_bar += x_bar[0]`.
fn reads_twice(stmt: &Stmt, var: VarId) -> bool {
    match stmt {
        Stmt::Accumulate { value, place, .. } => {
            value.reads().contains(&var) || place.index_reads().any(|read| read == var)
        }
        Stmt::AccumulateAll { other, place } => {
            other.root == var || place.index_reads().any(|read| read == var)
        }
        _ => true,
    }
}
