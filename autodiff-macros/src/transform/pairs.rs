//! The derivative's `cos x` moves beside the function's `sin x`.
//!
//! Sine and cosine of one angle cost little more than one of them, if they are evaluated together.
//! The same holds for `sinh` and `cosh`, which share their exponentials. The backward sweep then
//! needs the second of the two instead of the angle.

use crate::ir::*;

/// For a function the one that comes with it.
fn partner(name: &str) -> Option<&'static str> {
    match name {
        "sin" => Some("cos"),
        "cos" => Some("sin"),
        "sinh" => Some("cosh"),
        "cosh" => Some("sinh"),
        _ => None,
    }
}

/// Moves what the backward sweep needs of this kind into the forward sweep.
pub fn pair(forward: &mut Block, backward: &mut Block) {
    backward.0.retain(|stmt| {
        let Some(at) = place_for(&forward.0, stmt) else {
            return true;
        };
        forward.0.insert(at, stmt.clone());
        false
    });
    for stmt in &mut forward.0 {
        let other = backward
            .0
            .iter_mut()
            .find(|other| stmt.is_counterpart(other));
        if let Some(other) = other {
            let blocks = stmt.blocks_mut().into_iter().zip(other.blocks_mut());
            blocks.for_each(|(forward, backward)| pair(forward, backward));
        }
    }
    within(forward);
    within(backward);
}

/// The same in blocks that hold both sweeps.
fn within(block: &mut Block) {
    let mut at = 0;
    while at < block.0.len() {
        let (before, rest) = block.0.split_at(at);
        if let Some(to) = place_for(before, &rest[0])
            && to < at
        {
            let stmt = block.0.remove(at);
            block.0.insert(to, stmt);
        }
        at += 1;
    }
    for at in 0..block.0.len() {
        let (before, rest) = block.0.split_at_mut(at);
        let stmt = &mut rest[0];
        match before.iter_mut().find(|other| other.is_counterpart(stmt)) {
            Some(other) => {
                let blocks = other.blocks_mut().into_iter().zip(stmt.blocks_mut());
                blocks.for_each(|(forward, backward)| pair(forward, backward));
            }
            None => stmt.blocks_mut().into_iter().for_each(within),
        }
    }
}

/// Behind which statement of `before` the equation belongs, if it has a partner there.
fn place_for(before: &[Stmt], stmt: &Stmt) -> Option<usize> {
    let (name, angle) = function(stmt)?;
    let partner = partner(name)?;
    let beside = before
        .iter()
        .position(|stmt| function(stmt) == Some((partner, angle)));
    beside.map(|at| at + 1)
}

/// The name and the argument of a function of one temporary.
fn function(stmt: &Stmt) -> Option<(&'static str, VarId)> {
    match stmt {
        Stmt::Let(Eqn {
            op: Op::Rule(row),
            args,
            ..
        }) => match &args[..] {
            [Operand::Var(angle)] => Some((row.name, *angle)),
            _ => None,
        },
        _ => None,
    }
}
