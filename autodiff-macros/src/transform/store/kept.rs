//! Elements that a loop computes once and nothing overwrites: they are read again, not recorded.

use super::*;
use crate::analysis::index::{Indices, Polynomial, Range, separated};

/// A reading or a writing of an array.
struct Access<'a> {
    place: Option<&'a Place>,
    /// The loops round it, outermost first; `None` for those that do not count.
    nest: Vec<Option<Range>>,
    ids: Vec<u32>,
    /// In the order of the program.
    at: usize,
}

/// The loads in `stmt` that give the same value whenever they are done again after their first
/// time: no write that comes later meets their element. `later` is what is written after `stmt`.
pub(super) fn kept_loads(
    trace: &Trace,
    before: &[Stmt],
    stmt: &Stmt,
    later: &HashSet<VarId>,
) -> HashSet<VarId> {
    let mut survey = Survey {
        trace,
        indices: Indices::new(trace, before.iter().chain([stmt])),
        loads: Vec::new(),
        writes: HashMap::new(),
        nest: Vec::new(),
        ids: Vec::new(),
        at: 0,
    };
    survey.stmt(stmt);
    let mut own: HashSet<VarId> = HashSet::new();
    for block in stmt.blocks() {
        own.extend(block.all_binds());
    }
    let arrays = |root: VarId| {
        let of = trace.var(root);
        !of.moved && !matches!(of.ty, Ty::Ref(..)) && !own.contains(&root) && !later.contains(&root)
    };
    let loads = survey.loads.iter().filter(|(_, load)| {
        let root = load.place.expect("loads have places").root;
        arrays(root)
            && survey.writes.get(&root).is_none_or(|writes| {
                writes
                    .iter()
                    .all(|write| survey.harmless(load, write, &own))
            })
    });
    loads.map(|(var, _)| *var).collect()
}

struct Survey<'a> {
    trace: &'a Trace,
    indices: Indices<'a>,
    loads: Vec<(VarId, Access<'a>)>,
    writes: HashMap<VarId, Vec<Access<'a>>>,
    nest: Vec<Option<Range>>,
    ids: Vec<u32>,
    at: usize,
}

impl<'a> Survey<'a> {
    fn access(&self, place: Option<&'a Place>) -> Access<'a> {
        Access {
            place,
            nest: self.nest.clone(),
            ids: self.ids.clone(),
            at: self.at,
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        self.at += 1;
        if let Stmt::Let(Eqn {
            var,
            op: Op::Load(place),
            ..
        }) = stmt
        {
            let load = self.access(Some(place));
            self.loads.push((*var, load));
        }
        let place = match stmt {
            Stmt::Assign { place, .. } | Stmt::Accumulate { place, .. } => Some(place),
            _ => None,
        };
        for root in super::intact::written_by(self.trace, stmt) {
            let write = self.access(place);
            self.writes.entry(root).or_default().push(write);
        }
        let is_loop = if let Stmt::Loop(l) = stmt {
            self.nest.push(self.indices.range(l));
            self.ids.push(l.id);
            true
        } else {
            false
        };
        for block in stmt.blocks() {
            block.0.iter().for_each(|stmt| self.stmt(stmt));
        }
        if is_loop {
            self.nest.pop();
            self.ids.pop();
        }
    }

    /// Whether `write` never changes what `load` has read before.
    fn harmless(&self, load: &Access<'_>, write: &Access<'_>, own: &HashSet<VarId>) -> bool {
        if write.at > load.at {
            return false;
        }
        let common = load.ids.iter().zip(&write.ids);
        let common = common.take_while(|(a, b)| a == b).count();
        if common == 0 {
            return true;
        }
        let index = |access: &Access<'_>| -> Option<(Polynomial, Vec<Range>)> {
            let Step::Index(index) = access.place?.path.first()? else {
                return None;
            };
            let nest = access
                .nest
                .iter()
                .cloned()
                .collect::<Option<Vec<Range>>>()?;
            Some((self.indices.polynomial(index)?, nest))
        };
        let (Some(a), Some(b)) = (index(load), index(write)) else {
            return false;
        };
        let fixed = |var: VarId| !own.contains(&var);
        (0..common).all(|level| separated((&a.0, &a.1), (&b.0, &b.1), level, &fixed))
    }
}
