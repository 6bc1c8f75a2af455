//! Checks that a trace is well formed: every variable is bound once in its region, before it is
//! read, and is in scope where it is read.

use super::*;
use std::collections::HashSet;

/// Panics with the trace if it is malformed; run after each pass in debug builds.
pub fn verify(trace: &Trace) {
    let mut params: HashSet<VarId> = HashSet::new();
    for (k, var) in trace.vars.iter().enumerate() {
        if var.kind == Kind::Param || is_mut_param(trace, VarId(k as u32)) {
            params.insert(VarId(k as u32));
        }
    }
    if let Err(message) = check(&trace.body, params, trace) {
        panic!("malformed trace: {message}\n{}", print::print(trace));
    }
}

/// A parameter declared `mut` is a slot that nothing declares.
fn is_mut_param(trace: &Trace, var: VarId) -> bool {
    trace.var(var).kind == Kind::Slot && !trace.body.all_binds().contains(&var)
}

fn check(block: &Block, mut scope: HashSet<VarId>, trace: &Trace) -> Result<(), String> {
    for stmt in &block.0 {
        let test_binds: HashSet<VarId> = match stmt {
            Stmt::Loop(l) => match &l.head {
                Head::While { test, .. } => test.all_binds().into_iter().collect(),
                _ => HashSet::new(),
            },
            _ => HashSet::new(),
        };
        for read in stmt
            .reads()
            .into_iter()
            .filter(|read| !test_binds.contains(read))
        {
            if !scope.contains(&read) {
                return Err(format!(
                    "`{}` is read where it is not in scope",
                    trace.var(read).ident
                ));
            }
        }
        let mut own = scope.clone();
        if let Stmt::Loop(l) = stmt {
            own.extend(l.head.binds());
        }
        for (k, inner) in stmt.blocks().into_iter().enumerate() {
            check(inner, own.clone(), trace)?;
            if k == 0 {
                // The test of a `while` is evaluated in front of the body.
                own.extend(test_binds.iter().copied());
            }
        }
        for bound in stmt.binds() {
            if !scope.insert(bound) {
                return Err(format!("`{}` is bound twice", trace.var(bound).ident));
            }
        }
    }
    Ok(())
}
