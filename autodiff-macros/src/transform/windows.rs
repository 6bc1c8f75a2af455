//! Innermost loops run over slices of their own length.
//!
//! `for i in lo..hi { … x[start + i] … }` checks every index, and LLVM does not vectorise what can
//! panic. This pass takes the slices before the loop, so that all checks are made once:
//!
//! ```text
//! let n = trips(lo..hi);
//! let window = &x[start + lo..start + lo + n];
//! for k in 0..n { … window[k] … }
//! ```
//!
//! A panic comes before the first iteration then, which nobody can see: the loop does nothing but
//! arithmetic. Backward loops whose order does not matter run forwards. This is the last pass: a
//! window is a name for what already has one.

use crate::ir::*;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::{HashMap, HashSet};

/// Rewrites the innermost loops of `block`.
pub fn windows(trace: &mut Trace, block: &mut Block) {
    let mut out = Vec::new();
    for mut stmt in std::mem::take(&mut block.0) {
        for inner in stmt.blocks_mut() {
            windows(trace, inner);
        }
        if let Stmt::Loop(l) = &mut stmt
            && let Some(plan) = Plan::of(trace, l)
        {
            out.extend(plan.rewrite(trace, l));
        }
        out.push(stmt);
    }
    block.0 = out;
}

/// An access in the body: array, the parts before the index that counts, and where that starts.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    root: VarId,
    prefix: String,
    /// The index with the loop variable left out.
    offset: String,
}

/// One slice to take.
struct Window {
    key: Key,
    prefix: Place,
    /// The index at the loop's first iteration.
    start: TokenStream,
    reads: Vec<VarId>,
    mutable: bool,
    /// The type of the elements.
    element: Ty,
}

struct Plan {
    windows: Vec<Window>,
    forwards: bool,
}

impl Plan {
    fn of(trace: &Trace, l: &Loop) -> Option<Plan> {
        let Head::Range {
            var,
            lo,
            step: None,
            reversed,
            ..
        } = &l.head
        else {
            return None;
        };
        if !l.exits.is_empty() || !l.body.0.iter().all(is_arithmetic) {
            return None;
        }
        let survey = Survey::of(trace, *var, lo, &l.body);
        let windows = survey.windows(trace, &l.body);
        let forwards = *reversed && is_unordered(trace, &l.body, &survey, &windows);
        (!windows.is_empty()).then_some(Plan { windows, forwards })
    }

    /// Changes the loop; returns what goes before it.
    fn rewrite(self, trace: &mut Trace, l: &mut Loop) -> Vec<Stmt> {
        let Head::Range {
            var,
            lo,
            hi,
            inclusive,
            reversed,
            ..
        } = l.head.clone()
        else {
            unreachable!("planned for a loop over a range")
        };
        let (first, last) = (
            crate::emit::operand(&lo, trace),
            crate::emit::operand(&hi, trace),
        );
        let range = if inclusive {
            quote!((#first..=#last))
        } else {
            quote!((#first..#last))
        };
        let ends: Vec<VarId> = lo.reads().iter().chain(hi.reads()).copied().collect();
        let mut before = Vec::new();
        let count = let_code(
            trace,
            &mut before,
            "trips",
            Ty::Passive,
            quote!(::autodiff_runtime::private::trips(&#range)),
            ends.clone(),
        );
        let n = trace.var(count).ident.clone();
        let survey = Survey::of(trace, var, &lo, &l.body);
        let mut names: HashMap<Key, VarId> = HashMap::new();
        for window in self.windows {
            let start = window.start;
            let mut reads = window.reads.clone();
            reads.extend(ends.iter().chain([&count]));
            let tokens = quote!(if #n == 0 { 0 } else { #start });
            let start = let_code(
                trace,
                &mut before,
                "start",
                Ty::Passive,
                tokens,
                reads.clone(),
            );
            let start = &trace.var(start).ident;
            let part = Code::pure(quote!(#start..#start + #n), Vec::new());
            let mut place = window.prefix.clone();
            place.path.push(Step::Range(part));
            let place = crate::emit::place(&place, trace);
            let borrow = if window.mutable {
                quote!(&mut)
            } else {
                quote!(&)
            };
            let tokens = quote!(#borrow #place);
            let name = trace.var(window.prefix.root).ident.to_string();
            let ty = Ty::Ref(
                Box::new(Ty::Slice(Box::new(window.element))),
                window.mutable,
            );
            reads.push(window.prefix.root);
            let slice = let_code(trace, &mut before, &name, ty, tokens, reads);
            names.insert(window.key, slice);
        }
        let k = trace.fresh("k", Ty::Passive, Kind::Temp, Span::mixed_site());
        for stmt in &mut l.body.0 {
            for_each_place(stmt, &mut |place| {
                if let Some((key, at)) = survey.key(trace, place)
                    && let Some(window) = names.get(&key)
                {
                    place.root = *window;
                    place.path.splice(..=at, [Step::Index(Operand::Var(k))]);
                }
            });
        }
        drop_unused(&mut l.body);
        if reads_anywhere(&l.body, var) {
            let k = trace.var(k).ident.clone();
            let code = Code::pure(quote!(#first + #k), ends);
            let eqn = Eqn {
                var,
                op: Op::Passive(code),
                args: Vec::new(),
                span: l.span,
            };
            l.body.0.insert(0, Stmt::Let(eqn));
        }
        l.head = Head::Range {
            var: k,
            lo: Operand::Code(Code::pure(quote!(0), Vec::new())),
            hi: Operand::Var(count),
            inclusive: false,
            step: None,
            reversed: reversed && !self.forwards,
        };
        before
    }
}

/// What the indices of a loop's body are.
struct Survey<'a> {
    var: VarId,
    first: TokenStream,
    /// What the body binds or writes, the loop variable left out.
    own: HashSet<VarId>,
    /// The indices that the body computes.
    codes: HashMap<VarId, Code>,
    lo: &'a Operand,
}

impl<'a> Survey<'a> {
    fn of(trace: &Trace, var: VarId, lo: &'a Operand, body: &Block) -> Survey<'a> {
        let mut own: HashSet<VarId> = body.all_binds().into_iter().collect();
        own.extend(body.all_writes());
        let mut codes = HashMap::new();
        for stmt in &body.0 {
            if let Stmt::Let(Eqn {
                var,
                op: Op::Passive(code),
                ..
            }) = stmt
                && code.pure
            {
                codes.insert(*var, code.clone());
            }
        }
        let first = crate::emit::operand(lo, trace);
        Survey {
            var,
            first,
            own,
            codes,
            lo,
        }
    }

    /// The key of a place, and the step of its path that counts with the loop.
    fn key(&self, trace: &Trace, place: &Place) -> Option<(Key, usize)> {
        let at = place.path.iter().position(|step| match step {
            Step::Index(index) => !self.is_invariant(index),
            Step::Range(code) => !self.is_invariant(&Operand::Code(code.clone())),
            Step::Field(_) => false,
            Step::Payload => true,
        })?;
        let Step::Index(index) = &place.path[at] else {
            return None;
        };
        let (offset, _) = self.start(trace, index)?;
        let prefix = Place {
            root: place.root,
            path: place.path[..at].to_vec(),
        };
        let key = Key {
            root: place.root,
            prefix: crate::emit::place(&prefix, trace).to_string(),
            offset: offset.to_string(),
        };
        Some((key, at))
    }

    fn is_invariant(&self, index: &Operand) -> bool {
        let reads = index.reads();
        let pure = match index {
            Operand::Code(code) => code.pure,
            _ => true,
        };
        pure && !reads
            .iter()
            .any(|var| *var == self.var || self.own.contains(var))
    }

    /// The index at the first iteration, if it goes up by one from each iteration to the next, and
    /// what that reads.
    fn start(&self, trace: &Trace, index: &Operand) -> Option<(TokenStream, Vec<VarId>)> {
        let (tokens, reads) = match index {
            Operand::Var(var) if *var == self.var => {
                return Some((self.first.clone(), self.lo.reads().to_vec()));
            }
            Operand::Var(var) => {
                let code = self.codes.get(var)?;
                (code.tokens.clone(), code.reads.clone())
            }
            Operand::Code(code) if code.pure => (code.tokens.clone(), code.reads.clone()),
            _ => return None,
        };
        let others = reads.iter().filter(|read| **read != self.var);
        if others.clone().any(|read| self.own.contains(read)) {
            return None;
        }
        let ident = &trace.var(self.var).ident;
        let expr: syn::Expr = syn::parse2(tokens.clone()).ok()?;
        if slope(&expr, ident) != Some(1) {
            return None;
        }
        let first = &self.first;
        let start = replace(tokens, ident, &quote!((#first)));
        let mut reads: Vec<VarId> = others.copied().collect();
        reads.extend_from_slice(self.lo.reads());
        Some((start, reads))
    }

    /// The slices that can be taken: what is written must be reached in one way only.
    fn windows(&self, trace: &Trace, body: &Block) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        let bound = body.all_binds();
        let mut written: HashSet<VarId> = HashSet::new();
        body.walk(&mut |stmt| written.extend(stmt.writes()));
        for stmt in &body.0 {
            let mut copy = stmt.clone();
            for_each_place(&mut copy, &mut |place| {
                let Some((key, at)) = self.key(trace, place) else {
                    return;
                };
                let prefix = Place {
                    root: place.root,
                    path: place.path[..at].to_vec(),
                };
                let of = trace.place_ty(&prefix);
                // LLVM knows the length of an array by itself.
                let indexed = matches!(of, Ty::Slice(_) | Ty::Vec(_));
                let Step::Index(index) = &place.path[at] else {
                    return;
                };
                let Some((start, reads)) = self.start(trace, index) else {
                    return;
                };
                if !indexed || bound.contains(&place.root) {
                    return;
                }
                if windows.iter().all(|window| window.key != key) {
                    windows.push(Window {
                        key,
                        mutable: written.contains(&place.root),
                        prefix,
                        start,
                        reads,
                        element: of.element(),
                    });
                }
            });
        }
        windows.retain(|window| !window.mutable || self.is_only_way(trace, body, &window.key));
        windows
    }

    /// Whether every mention of the array is an access with this key.
    fn is_only_way(&self, trace: &Trace, body: &Block, key: &Key) -> bool {
        let mut mentions = 0;
        body.walk(&mut |stmt| {
            mentions += stmt.reads().iter().filter(|var| **var == key.root).count();
            let assigned = matches!(stmt, Stmt::Assign { place, .. } if place.root == key.root);
            mentions += usize::from(assigned);
        });
        let mut accesses = 0;
        for stmt in &body.0 {
            let mut copy = stmt.clone();
            for_each_place(&mut copy, &mut |place| {
                let same = self.key(trace, place).is_some_and(|(own, _)| own == *key);
                accesses += usize::from(same);
            });
        }
        mentions == accesses
    }
}

/// Whether the iterations can change places: what one writes no other reads, sums of adjoints left
/// out, which may be added up in any order.
fn is_unordered(trace: &Trace, body: &Block, survey: &Survey<'_>, windows: &[Window]) -> bool {
    let own: HashSet<VarId> = body.all_binds().into_iter().collect();
    let apart = |place: &Place| {
        survey
            .key(trace, place)
            .is_some_and(|(key, _)| windows.iter().any(|window| window.key == key))
    };
    let mut written: HashSet<VarId> = HashSet::new();
    let mut fine = true;
    body.walk(&mut |stmt| match stmt {
        Stmt::Accumulate { place, .. } if apart(place) => {}
        Stmt::Assign { place, .. } if apart(place) => {}
        Stmt::Accumulate { place, .. } if place.is_whole() && !own.contains(&place.root) => {
            fine &= trace.adjoints.contains(&place.root);
            written.insert(place.root);
        }
        Stmt::Put { .. } | Stmt::Take { .. } => fine = false,
        other => fine &= other.writes().iter().all(|var| own.contains(var)),
    });
    body.walk(&mut |stmt| {
        let sum = match stmt {
            Stmt::Accumulate { place, value, .. } if place.is_whole() => {
                Some((place.root, value.reads().contains(&place.root)))
            }
            _ => None,
        };
        for read in stmt.reads() {
            fine &= !written.contains(&read) || sum == Some((read, false));
        }
    });
    fine
}

/// Statements that do nothing but arithmetic, and cannot leave the loop.
fn is_arithmetic(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Let(eqn) => match &eqn.op {
            Op::Passive(code) => code.pure,
            Op::Record(_) | Op::ZeroLike(_) => false,
            _ => eqn.args.iter().all(|arg| match arg {
                Operand::Code(code) => code.pure,
                _ => true,
            }),
        },
        Stmt::Declare { .. }
        | Stmt::Assign { .. }
        | Stmt::Accumulate { .. }
        | Stmt::Put { .. }
        | Stmt::Take { .. } => true,
        Stmt::If { then, els, .. } => then.0.iter().chain(&els.0).all(is_arithmetic),
        _ => false,
    }
}

/// By how much an index changes when `ident` goes up by one, if that is always the same.
fn slope(expr: &syn::Expr, ident: &proc_macro2::Ident) -> Option<i64> {
    match expr {
        syn::Expr::Paren(inner) => slope(&inner.expr, ident),
        syn::Expr::Group(inner) => slope(&inner.expr, ident),
        syn::Expr::Path(path) => Some(i64::from(path.path.is_ident(ident))),
        syn::Expr::Binary(binary) => {
            let (a, b) = (slope(&binary.left, ident)?, slope(&binary.right, ident)?);
            match binary.op {
                syn::BinOp::Add(_) => Some(a + b),
                syn::BinOp::Sub(_) if b == 0 => Some(a),
                _ => (a == 0 && b == 0).then_some(0),
            }
        }
        other => {
            let mut found = false;
            mentions(other.to_token_stream(), ident, &mut found);
            (!found).then_some(0)
        }
    }
}

fn mentions(tokens: TokenStream, ident: &proc_macro2::Ident, found: &mut bool) {
    for token in tokens {
        match token {
            TokenTree::Ident(other) => *found |= other == *ident,
            TokenTree::Group(group) => mentions(group.stream(), ident, found),
            _ => {}
        }
    }
}

/// The tokens with `by` in place of `ident`.
fn replace(tokens: TokenStream, ident: &proc_macro2::Ident, by: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(other) if other == *ident => by.clone(),
            TokenTree::Group(group) => {
                let inner = replace(group.stream(), ident, by);
                let mut new = proc_macro2::Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                TokenTree::Group(new).into()
            }
            other => other.into(),
        })
        .collect()
}

/// Calls `visit` on the places that a statement itself reads or writes.
fn for_each_place(stmt: &mut Stmt, visit: &mut dyn FnMut(&mut Place)) {
    match stmt {
        Stmt::Let(Eqn {
            op: Op::Load(place),
            ..
        })
        | Stmt::Assign { place, .. }
        | Stmt::Accumulate { place, .. } => visit(place),
        _ => {}
    }
}

/// Removes indices that nothing reads any more.
fn drop_unused(body: &mut Block) {
    let mut reads: HashSet<VarId> = HashSet::new();
    body.walk(&mut |stmt| reads.extend(stmt.reads()));
    body.0.retain(|stmt| match stmt {
        Stmt::Let(Eqn {
            var,
            op: Op::Passive(code),
            ..
        }) => !code.pure || reads.contains(var),
        _ => true,
    });
}

fn reads_anywhere(body: &Block, var: VarId) -> bool {
    let mut found = false;
    body.walk(&mut |stmt| found |= stmt.reads().contains(&var));
    found
}

fn let_code(
    trace: &mut Trace,
    out: &mut Vec<Stmt>,
    hint: &str,
    ty: Ty,
    tokens: TokenStream,
    reads: Vec<VarId>,
) -> VarId {
    let span = Span::mixed_site();
    let var = trace.fresh(hint, ty, Kind::Temp, span);
    let (op, args) = (Op::Passive(Code::pure(tokens, reads)), Vec::new());
    out.push(Stmt::Let(Eqn {
        var,
        op,
        args,
        span,
    }));
    var
}
