//! Long loops that keep snapshots of their state in place of a record of every iteration.
//!
//! The forward sweep saves what goes from one iteration to the next before a few of them. The
//! backward sweep takes the iterations from the last to the first: it starts at the nearest
//! snapshot, repeats the iterations in between, saving again where the schedule says so
//! (`Checkpoints` of the runtime), then runs the iteration forwards and backwards at once, as in a
//! fused loop. A loop without such a state needs no snapshots: each iteration is repeated alone.

use super::store::written_by;
use crate::analysis::activity::Activity;
use crate::derive::Purpose;
use crate::ir::*;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::collections::{HashMap, HashSet};

/// Rewrites the outermost loops that have a backward sweep.
pub fn checkpoint(
    trace: &mut Trace,
    forward: &mut Block,
    backward: &mut Block,
    purpose: Purpose,
    limit: usize,
) {
    let mut pass = Pass {
        trace,
        purpose,
        limit,
        stores: Vec::new(),
    };
    pass.blocks(forward, backward, &HashSet::new());
    let stores = pass.stores;
    forward.0.splice(0..0, stores);
}

/// Whether a loop writes or computes active values.
pub fn has_active_loop(trace: &Trace, activity: &Activity) -> bool {
    let mut found = false;
    trace.body.walk(&mut |stmt| {
        if let Stmt::Loop(l) = stmt {
            let changed = l.body.all_writes().into_iter().chain(l.body.all_binds());
            found |= { changed }.any(|var| activity.is_active(var));
        }
    });
    found
}

struct Pass<'a> {
    trace: &'a mut Trace,
    purpose: Purpose,
    limit: usize,
    /// The declarations of the snapshots, for the top of the function.
    stores: Vec<Stmt>,
}

impl Pass<'_> {
    /// `later` is what is written between the two blocks.
    fn blocks(&mut self, forward: &mut Block, backward: &mut Block, later: &HashSet<VarId>) {
        let mut at = 0;
        while at < forward.0.len() {
            let mut later = later.clone();
            for stmt in &forward.0[at + 1..] {
                later.extend(self.touched(stmt));
            }
            let partner = backward
                .0
                .iter()
                .position(|back| forward.0[at].is_counterpart(back));
            if let Some(partner) = partner {
                let mut before = Vec::new();
                let mut before_back = Vec::new();
                match (&mut forward.0[at], &mut backward.0[partner]) {
                    (Stmt::Loop(l), Stmt::Loop(back)) => {
                        self.a_loop(l, back, &later, &mut before, &mut before_back);
                    }
                    (
                        Stmt::If { then, els, .. },
                        Stmt::If {
                            then: then_back,
                            els: els_back,
                            ..
                        },
                    ) => {
                        self.blocks(then, then_back, &later);
                        self.blocks(els, els_back, &later);
                    }
                    _ => unreachable!("counterparts are of one kind"),
                }
                backward.0.splice(partner..partner, before_back);
                let moved = before.len();
                forward.0.splice(at..at, before);
                at += moved;
            }
            at += 1;
        }
    }

    /// All that a statement writes, nested regions included.
    fn touched(&self, stmt: &Stmt) -> HashSet<VarId> {
        let mut touched: HashSet<VarId> = written_by(self.trace, stmt).into_iter().collect();
        for block in stmt.blocks() {
            block.walk(&mut |stmt| touched.extend(written_by(self.trace, stmt)));
        }
        touched
    }

    fn a_loop(
        &mut self,
        l: &mut Loop,
        back: &mut Loop,
        later: &HashSet<VarId>,
        before: &mut Vec<Stmt>,
        before_back: &mut Vec<Stmt>,
    ) {
        if let Head::While { test, .. } = &l.head {
            // A test that changes what it looks at is not asked again.
            let mut changes = false;
            test.walk(&mut |stmt| changes |= !written_by(self.trace, stmt).is_empty());
            if changes {
                return;
            }
        }
        let state = self.state(l, later);
        let mut again = self.iteration(l, &state);
        if state.is_empty() {
            // Another loop than over a range has its items recorded.
            if matches!(back.head, Head::Range { .. }) {
                l.body = without_pullbacks(std::mem::take(&mut l.body));
                again.0.append(&mut back.body.0);
                back.body = again;
                back.id = self.trace.region_id();
            }
            return;
        }
        let (from, step) = (self.passive("from"), self.passive("step"));
        let source = Source::of(self, l, before);
        let store = self.store();
        let ident = self.trace.var(store).ident.clone();
        if let Some(length) = source.length(self.trace) {
            before.push(change(quote!(#ident.expect(#length);), store));
        }
        let snapshot = Stmt::Snapshot {
            store,
            values: state.clone(),
        };
        let mut repeated = self.renumbered(&without_pullbacks(again.clone()));
        repeated.0.insert(0, snapshot.clone());
        l.body = without_pullbacks(std::mem::take(&mut l.body));
        l.body.0.insert(0, snapshot);
        let trips = self.passive("steps");
        before_back.push(binding(trips, quote!(#ident.steps()), vec![store]));
        let repetition = Loop {
            id: self.trace.region_id(),
            head: source.between(self, from, step),
            body: repeated,
            exits: Vec::new(),
            span: l.span,
        };
        let mut body = vec![
            Stmt::Revisit {
                store,
                from,
                step,
                values: state,
            },
            Stmt::Loop(Box::new(repetition)),
        ];
        body.extend(source.item(self.trace, step));
        body.append(&mut again.0);
        body.append(&mut back.body.0);
        back.head = Head::Replay { trips };
        back.body = Block(body);
        back.id = self.trace.region_id();
    }

    /// What an iteration reads that is different when the backward sweep comes to it.
    fn state(&self, l: &Loop, later: &HashSet<VarId>) -> Vec<VarId> {
        let mut used = HashSet::new();
        let mut written: HashSet<VarId> = later.clone();
        let mut look = |stmt: &Stmt| {
            used.extend(uses(stmt));
            written.extend(written_by(self.trace, stmt));
        };
        if let Head::While { test, .. } = &l.head {
            test.walk(&mut look);
        }
        l.body.walk(&mut look);
        used.extend(l.exits.iter().copied());
        let own: HashSet<VarId> = l.body.all_binds().into_iter().collect();
        let heads = l.head.binds();
        let mut state: Vec<VarId> = used.into_iter().collect();
        state.retain(|var| {
            let of = self.trace.var(*var);
            let given = of.kind == Kind::Param && matches!(of.ty, Ty::Ref(_, true));
            let changes = written.contains(var)
                || of.moved
                // A pullback does not hold on to what may change after the call.
                || given && self.purpose == Purpose::Pullback;
            let variable = of.mutated || of.kind == Kind::Slot || given;
            changes && variable && !own.contains(var) && !heads.contains(var)
        });
        state.sort();
        state
    }

    /// One iteration, to be repeated: without what only adds to results, or speaks to the world.
    fn iteration(&self, l: &Loop, state: &[VarId]) -> Block {
        let mut body = Vec::new();
        if let Head::While { test, .. } = &l.head {
            body.extend(test.0.iter().cloned());
        }
        body.extend(l.body.0.iter().cloned());
        let mut body = Block(body);
        let own: HashSet<VarId> = body.all_binds().into_iter().collect();
        let outside = |var: &VarId| !own.contains(var) && !state.contains(var);
        keep(&mut body, &|stmt| match stmt {
            Stmt::Assign { place, .. }
            | Stmt::Accumulate { place, .. }
            | Stmt::AccumulateAll { place, .. }
            | Stmt::Push { place, .. }
            | Stmt::Clear { place } => !outside(&place.root),
            Stmt::Passive { defines, .. } => {
                !defines.is_empty() || !written_by(self.trace, stmt).iter().all(outside)
            }
            _ => true,
        });
        body
    }

    /// The same statements with regions of their own.
    fn renumbered(&mut self, block: &Block) -> Block {
        let mut ids = HashMap::new();
        let mut block = block.clone();
        renumber(&mut block, &mut |id| {
            *ids.entry(id).or_insert_with(|| self.trace.region_id())
        });
        block
    }

    fn store(&mut self) -> VarId {
        let var = self.slot("checkpoints");
        let store = Store::Checkpoints(self.limit);
        self.stores.push(Stmt::NewStore { var, store });
        var
    }

    fn slot(&mut self, name: &str) -> VarId {
        let span = Span::mixed_site();
        let var = self.trace.fresh(name, Ty::Passive, Kind::Slot, span);
        self.trace.var_mut(var).mutated = true;
        var
    }

    fn passive(&mut self, name: &str) -> VarId {
        let span = Span::mixed_site();
        self.trace.fresh(name, Ty::Passive, Kind::Temp, span)
    }
}

/// Where the items of a loop come from when they are needed again.
enum Source {
    Range {
        var: VarId,
        range: TokenStream,
        reads: Vec<VarId>,
    },
    /// Kept in a `Vec`.
    Items {
        pattern: TokenStream,
        vars: Vec<VarId>,
        items: VarId,
    },
    /// There are none.
    None,
}

impl Source {
    fn of(pass: &mut Pass<'_>, l: &mut Loop, before: &mut Vec<Stmt>) -> Source {
        match &mut l.head {
            Head::Range {
                var, lo, hi, step, ..
            } => {
                let ends = [&*lo, &*hi].into_iter().chain(&*step);
                let reads = ends.flat_map(|end| end.reads().to_vec()).collect();
                let var = *var;
                let range = crate::emit::range(&l.head, pass.trace);
                let range = quote!((#range));
                Source::Range { var, range, reads }
            }
            Head::Each {
                pattern,
                vars,
                iter,
            } => {
                let items = pass.passive("items");
                let tokens = &iter.tokens;
                let all = quote!(::std::vec::Vec::from_iter(#tokens));
                before.push(binding(items, all, iter.reads.clone()));
                let ident = &pass.trace.var(items).ident;
                *iter = Code::effect(quote!(#ident.iter().cloned()), vec![items]);
                let (pattern, vars) = (pattern.clone(), vars.clone());
                Source::Items {
                    pattern,
                    vars,
                    items,
                }
            }
            _ => Source::None,
        }
    }

    /// How many items there are, if that is known beforehand.
    fn length(&self, trace: &Trace) -> Option<TokenStream> {
        match self {
            Source::Range { range, .. } => {
                Some(quote!(::autodiff_runtime::private::trips(&#range)))
            }
            Source::Items { items, .. } => {
                let ident = &trace.var(*items).ident;
                Some(quote!(#ident.len()))
            }
            Source::None => None,
        }
    }

    /// A loop over the items number `from` to `step`.
    fn between(&self, pass: &mut Pass<'_>, from: VarId, step: VarId) -> Head {
        let (first, last) = (
            pass.trace.var(from).ident.clone(),
            pass.trace.var(step).ident.clone(),
        );
        let (pattern, vars, iter, mut reads) = match self {
            Source::Range { var, range, reads } => {
                let ident = &pass.trace.var(*var).ident;
                let iter = quote!(#range.skip(#first).take(#last - #first));
                (quote!(#ident), vec![*var], iter, reads.clone())
            }
            Source::Items {
                pattern,
                vars,
                items,
            } => {
                let ident = &pass.trace.var(*items).ident;
                let iter = quote!(#ident[#first..#last].iter().cloned());
                (pattern.clone(), vars.clone(), iter, vec![*items])
            }
            Source::None => (quote!(_), Vec::new(), quote!(#first..#last), Vec::new()),
        };
        reads.extend([from, step]);
        Head::Each {
            pattern,
            vars,
            iter: Code::effect(iter, reads),
        }
    }

    /// Binds item number `step`.
    fn item(&self, trace: &Trace, step: VarId) -> Option<Stmt> {
        let at = &trace.var(step).ident;
        let (tokens, defines, mut reads) = match self {
            Source::Range { var, range, reads } => {
                let ident = &trace.var(*var).ident;
                let tokens = quote! {
                    let ::core::option::Option::Some(#ident) =
                        ::core::iter::Iterator::nth(&mut #range, #at) else {
                            ::core::unreachable!()
                        };
                };
                (tokens, vec![*var], reads.clone())
            }
            Source::Items {
                pattern,
                vars,
                items,
            } => {
                let ident = &trace.var(*items).ident;
                let tokens = quote!(let #pattern = ::core::clone::Clone::clone(&#ident[#at]););
                (tokens, vars.clone(), vec![*items])
            }
            Source::None => return None,
        };
        reads.push(step);
        Some(Stmt::Passive {
            code: Code::effect(tokens, reads),
            defines,
            writes: Vec::new(),
        })
    }
}

/// What a statement reads, the sums that it only adds to left out.
fn uses(stmt: &Stmt) -> Vec<VarId> {
    match stmt {
        Stmt::Accumulate { place, value, .. } | Stmt::Push { place, value, .. } => {
            let indices = place.index_reads();
            indices.chain(value.reads().iter().copied()).collect()
        }
        Stmt::AccumulateAll { place, other } => place
            .index_reads()
            .chain(other.index_reads())
            .chain([other.root])
            .collect(),
        Stmt::Clear { place } => place.index_reads().collect(),
        other => other.reads(),
    }
}

/// Calls give their value only.
fn without_pullbacks(mut block: Block) -> Block {
    for stmt in &mut block.0 {
        if let Stmt::Call(call) = stmt {
            call.form = CallForm::Plain;
        }
        for inner in stmt.blocks_mut() {
            *inner = without_pullbacks(std::mem::take(inner));
        }
    }
    block
}

fn keep(block: &mut Block, wanted: &dyn Fn(&Stmt) -> bool) {
    block.0.retain(wanted);
    for stmt in &mut block.0 {
        for inner in stmt.blocks_mut() {
            keep(inner, wanted);
        }
    }
}

fn renumber(block: &mut Block, new: &mut dyn FnMut(u32) -> u32) {
    for stmt in &mut block.0 {
        match stmt {
            Stmt::Loop(l) => l.id = new(l.id),
            Stmt::If { id, .. } => *id = new(*id),
            _ => {}
        }
        for inner in stmt.blocks_mut() {
            renumber(inner, new);
        }
    }
}

fn binding(var: VarId, tokens: TokenStream, reads: Vec<VarId>) -> Stmt {
    Stmt::Let(Eqn {
        var,
        op: Op::Passive(Code::effect(tokens, reads)),
        args: Vec::new(),
        span: Span::mixed_site(),
    })
}

fn change(tokens: TokenStream, var: VarId) -> Stmt {
    Stmt::Passive {
        code: Code::effect(tokens, vec![var]),
        defines: Vec::new(),
        writes: vec![var],
    }
}
