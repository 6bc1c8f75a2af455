//! Copies of what nobody changes until the last time that it is read are left out.
//!
//! A pullback is given its arguments again, and those that may change in between are copied. Only
//! when both sweeps are there can one see whether they do.

use crate::ir::*;
use std::collections::HashSet;

/// Leaves out copies in both sweeps.
pub fn elide(trace: &Trace, forward: &mut Block, backward: &mut Block) {
    let mut uses: VarMap<usize> = VarMap::new();
    let mut count = |stmt: &Stmt| {
        for var in stmt.reads() {
            *uses.entry(var).or_default() += 1;
        }
    };
    forward.walk(&mut count);
    backward.walk(&mut count);
    in_region(trace, &uses, forward, backward);
}

/// Two blocks of one region, the second running after the first.
fn in_region(trace: &Trace, uses: &VarMap<usize>, forward: &mut Block, backward: &mut Block) {
    let mut from = 0;
    while let Some((at, var, place)) = next_copy(trace, forward, from) {
        from = at + 1;
        let sequence: Vec<&Stmt> = forward.0[at + 1..].iter().chain(&backward.0).collect();
        let reads = sequence.iter().flat_map(|stmt| stmt.reads());
        let here = reads.filter(|read| *read == var).count();
        // A copy for another region, such as the backward sweep of a loop, has to stay.
        if uses.get(&var) == Some(&here) && is_needless(trace, &sequence, var, &place) {
            forward.0.remove(at);
            from = at;
            let rest = forward.0[at..].iter_mut().chain(&mut backward.0);
            rest.for_each(|stmt| pass_on(stmt, var, &place));
        }
    }
    for inner in forward.0.iter_mut().chain(&mut backward.0) {
        for block in inner.blocks_mut() {
            in_region(trace, uses, block, &mut Block::default());
        }
    }
}

/// The next copy that the macro made for a pullback.
fn next_copy(trace: &Trace, block: &Block, from: usize) -> Option<(usize, VarId, Place)> {
    let copies = block.0.iter().enumerate().skip(from);
    copies
        .filter_map(|(at, stmt)| match stmt {
            Stmt::Let(Eqn {
                var,
                op: Op::CloneOf(place),
                ..
            }) if trace.var(*var).source_name.is_empty() => Some((at, *var, place.clone())),
            _ => None,
        })
        .next()
}

/// Whether the original serves as well: all uses are arguments of calls in this region, and until
/// the last of them nothing changes.
fn is_needless(trace: &Trace, after: &[&Stmt], copy: VarId, place: &Place) -> bool {
    let root = trace.var(place.root);
    if root.moved || matches!(root.ty, Ty::Ref(_, true)) {
        return false;
    }
    let mut watched: HashSet<VarId> = place.index_reads().collect();
    watched.insert(place.root);
    let Some(last) = after.iter().rposition(|stmt| stmt.reads().contains(&copy)) else {
        return false;
    };
    let mut fine = true;
    for (k, stmt) in after.iter().enumerate() {
        if k > last {
            break;
        }
        if stmt.reads().contains(&copy) {
            fine &= matches!(stmt, Stmt::Call(call) if is_argument(call, copy));
        }
        let mut writes = |stmt: &Stmt| {
            let code = match stmt {
                Stmt::Passive { code, .. } => Some(code),
                Stmt::Let(Eqn {
                    op: Op::Passive(code),
                    ..
                }) => Some(code),
                _ => None,
            };
            let touched = code
                .filter(|code| !code.pure)
                .into_iter()
                .flat_map(|code| &code.reads);
            fine &= !stmt
                .writes()
                .iter()
                .chain(touched)
                .any(|var| watched.contains(var));
        };
        writes(stmt);
        for block in stmt.blocks() {
            block.walk(&mut writes);
        }
    }
    fine
}

fn is_argument(call: &Call, copy: VarId) -> bool {
    let whole =
        |arg: &&Arg| matches!(arg, Arg::Shared(place) if place.root == copy && place.is_whole());
    let uses = call.args.iter().filter(whole).count();
    let reads = Stmt::Call(Box::new(call.clone())).reads();
    uses > 0 && reads.iter().filter(|var| **var == copy).count() == uses
}

fn pass_on(stmt: &mut Stmt, copy: VarId, place: &Place) {
    let Stmt::Call(call) = stmt else { return };
    for arg in &mut call.args {
        if matches!(arg, Arg::Shared(of) if of.root == copy) {
            *arg = Arg::Shared(place.clone());
        }
    }
}
