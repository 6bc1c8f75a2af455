//! Zero adjoints of what is moved away are made while it is still there.

use super::*;
use crate::transform::vjp::gives;

/// The zero adjoint of something that is moved away is made while it is still there.
pub fn shapes_before_moves(trace: &Trace, forward: &mut Block, backward: &mut Block) {
    let mut wanted = Vec::new();
    remove_zeros(trace, backward, &mut wanted, |_| true);
    // A fused loop holds both sweeps. What is bound once has one shape, wherever it is asked for.
    let temp = |of: VarId| trace.var(of).kind == Kind::Temp;
    remove_zeros(trace, forward, &mut wanted, temp);
    for eqn in wanted {
        let Op::ZeroLike(of) = eqn.op else { continue };
        let eqn = Stmt::Let(eqn);
        if !insert_after_binding(forward, of, &eqn) {
            // A parameter is there from the start.
            forward.0.insert(0, eqn);
        }
    }
}

fn remove_zeros(
    trace: &Trace,
    block: &mut Block,
    wanted: &mut Vec<Eqn>,
    of_interest: impl Fn(VarId) -> bool + Copy,
) {
    block.0.retain(|stmt| match stmt {
        Stmt::Let(eqn) => match eqn.op {
            Op::ZeroLike(of) if trace.var(of).moved && of_interest(of) => {
                wanted.push(eqn.clone());
                false
            }
            _ => true,
        },
        _ => true,
    });
    for stmt in &mut block.0 {
        for block in stmt.blocks_mut() {
            remove_zeros(trace, block, wanted, of_interest);
        }
    }
}

fn insert_after_binding(block: &mut Block, of: VarId, stmt: &Stmt) -> bool {
    if let Some(at) = block.0.iter().position(|stmt| stmt.binds().contains(&of)) {
        let at = last_value(block, at, of);
        block.0.insert(at + 1, stmt.clone());
        return true;
    }
    block
        .0
        .iter_mut()
        .flat_map(Stmt::blocks_mut)
        .any(|inner| insert_after_binding(inner, of, stmt))
}

/// Where the variable bound at `at` gets the last value that something reads; one that is declared
/// without a value has none before.
fn last_value(block: &Block, at: usize, of: VarId) -> usize {
    let reads = |stmt: &Stmt| {
        let mut found = stmt.reads().contains(&of);
        for inner in stmt.blocks() {
            inner.walk(&mut |stmt| found |= stmt.reads().contains(&of));
        }
        found
    };
    let empty = matches!(&block.0[at], Stmt::Declare { init: None, .. });
    match block.0.iter().rposition(|stmt| gives(stmt, of)) {
        Some(last) if empty || block.0[last + 1..].iter().any(reads) => last,
        _ => at,
    }
}
