//! Zero adjoints of what is moved away are made while it is still there.

use super::*;
use crate::transform::vjp::gives;

/// The zero adjoint of something that is moved away is made while it is still there.
pub(super) fn shapes_before_moves(trace: &Trace, forward: &mut Block, backward: &mut Block) {
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

pub(super) fn remove_zeros(trace: &Trace, block: &mut Block, wanted: &mut Vec<Eqn>) {
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

pub(super) fn insert_after_binding(block: &mut Block, of: VarId, stmt: &Stmt) -> bool {
    if block.0.iter().any(|stmt| stmt.binds().contains(&of)) {
        // After the last statement that gives it a value: that is the value whose adjoint starts.
        let last = block.0.iter().rposition(|stmt| gives(stmt, of));
        let at = last.expect("the binding gives a value");
        block.0.insert(at + 1, stmt.clone());
        return true;
    }
    block
        .0
        .iter_mut()
        .flat_map(Stmt::blocks_mut)
        .any(|inner| insert_after_binding(inner, of, stmt))
}
