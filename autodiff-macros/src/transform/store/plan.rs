//! The choice between recording and computing again, for one region.

use super::*;

/// The choice between recording and computing again, for one region.
pub(super) struct Plan<'a> {
    pub(super) trace: &'a Trace,
    pub(super) inside: &'a HashMap<VarId, Option<&'a Eqn>>,
    /// What the backward region reads.
    pub(super) needed: &'a [VarId],
    pub(super) intact: &'a Intact,
}

impl Plan<'_> {
    /// What to record, and what to compute again.
    pub(super) fn decide(&self, needed: &[VarId]) -> (Vec<VarId>, HashSet<VarId>) {
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
        let kept = match &eqn.op {
            Op::Load(place) if self.intact.kept.contains(&var) => Some(place.root),
            _ => None,
        };
        let steady = |var: &VarId| {
            if kept == Some(*var) {
                return true;
            }
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
            Op::Copy | Op::Cast(_) | Op::Select(_) => true,
            Op::Load(_) => self.trace.ty(var).is_copy() || self.trace.ty(var).is_passive(),
            Op::Passive(code) => code.pure,
            Op::ZeroLike(of) => !self.inside.contains_key(of) || self.needed.contains(of),
            Op::Zero => true,
            _ => false,
        }
    }
}
