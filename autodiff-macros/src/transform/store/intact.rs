//! What the forward sweep leaves in memory for the backward sweep of the region at hand.

use super::*;

/// What the forward sweep leaves in memory for the backward sweep of the region at hand.
#[derive(Default)]
pub(super) struct Intact {
    /// What is written from the region on, until the backward sweep comes to it.
    pub(super) written: HashSet<VarId>,
    /// Values that an iteration puts into an element of its own, which nothing overwrites: the
    /// equation that reads them back.
    pub(super) stored: HashMap<VarId, Eqn>,
    /// Loads of elements that nothing overwrites after them.
    pub(super) kept: HashSet<VarId>,
}

/// What the statements write, passive code included.
pub(super) fn written_in(trace: &Trace, stmts: &[Stmt]) -> HashSet<VarId> {
    let mut written = HashSet::new();
    let mut note = |stmt: &Stmt| {
        written.extend(written_by(trace, stmt));
        written.extend(stmt.binds());
    };
    for stmt in stmts {
        note(stmt);
        for block in stmt.blocks() {
            block.walk(&mut |stmt| note(stmt));
        }
    }
    written
}

/// What one statement writes itself, passive code included.
pub fn written_by(trace: &Trace, stmt: &Stmt) -> Vec<VarId> {
    let mut written = stmt.writes();
    let code = match stmt {
        Stmt::Passive { code, .. } => code,
        Stmt::Let(Eqn {
            op: Op::Passive(code),
            ..
        }) => code,
        _ => return written,
    };
    if !code.pure {
        written.extend(code.reads.iter().filter(|var| trace.var(**var).mutated));
    }
    written
}

/// The values that each iteration of a loop leaves in an element with its own index, if neither
/// the rest of the loop nor anything in `later` writes to that array.
pub(super) fn stored_values(
    trace: &Trace,
    stmt: &Stmt,
    later: &HashSet<VarId>,
) -> HashMap<VarId, Eqn> {
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
