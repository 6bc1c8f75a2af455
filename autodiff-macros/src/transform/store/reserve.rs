//! Room for the records of a loop nest, where it is known beforehand how many there will be.

use super::*;
use proc_macro2::TokenStream;
use quote::quote;

/// Puts a reservation before the outermost loop from which on all numbers of iterations are known.
pub(super) fn reserve(trace: &Trace, block: &mut Block) {
    let mut at = 0;
    while at < block.0.len() {
        let mut nest = Nest {
            trace,
            own: HashSet::new(),
            counts: Vec::new(),
            found: Vec::new(),
        };
        match &mut block.0[at] {
            Stmt::Loop(l) => nest.a_loop(l),
            other => other
                .blocks_mut()
                .into_iter()
                .for_each(|inner| reserve(trace, inner)),
        }
        let reservations = nest.found.len();
        block.0.splice(at..at, nest.found);
        at += reservations + 1;
    }
}

/// The loops round a point, as far as nothing stands in between.
struct Nest<'a> {
    trace: &'a Trace,
    /// What the loops so far bind or write: not known before them.
    own: HashSet<VarId>,
    counts: Vec<TokenStream>,
    found: Vec<Stmt>,
}

impl Nest<'_> {
    fn a_loop(&mut self, l: &mut Loop) {
        let known = self.count(l);
        if known.is_none() {
            // A nest of its own begins inside.
            return reserve(self.trace, &mut l.body);
        }
        let outside = self.own.clone();
        self.own.extend(l.head.binds());
        self.own.extend(l.body.all_binds());
        self.own.extend(l.body.all_writes());
        self.counts.extend(known);
        let mut rest = Vec::new();
        for mut stmt in std::mem::take(&mut l.body.0) {
            match &mut stmt {
                Stmt::Put {
                    var,
                    store: Store::Stack,
                    ..
                } => self.found.push(self.reservation(*var)),
                Stmt::Loop(inner) if self.count(inner).is_some() => self.a_loop(inner),
                _ => {
                    let mut alone = Block(vec![stmt]);
                    reserve(self.trace, &mut alone);
                    rest.extend(alone.0);
                    continue;
                }
            }
            rest.push(stmt);
        }
        l.body.0 = rest;
        self.counts.pop();
        self.own = outside;
    }

    /// How many iterations the loop has, if that is known before the nest.
    fn count(&self, l: &Loop) -> Option<TokenStream> {
        let Head::Range { lo, hi, step, .. } = &l.head else {
            return None;
        };
        let ends = || [lo, hi].into_iter().chain(step);
        let known = ends()
            .flat_map(Operand::reads)
            .all(|var| !self.own.contains(var));
        let pure = ends().all(|end| match end {
            Operand::Code(code) => code.pure,
            _ => true,
        });
        if !known || !pure || !l.exits.is_empty() {
            return None;
        }
        let range = crate::emit::range(&l.head, self.trace);
        Some(quote!(::autodiff_runtime::private::trips(&(#range))))
    }

    fn reservation(&self, var: VarId) -> Stmt {
        let (ident, counts) = (&self.trace.var(var).ident, &self.counts);
        let tokens = quote!(#ident.reserve(::autodiff_runtime::private::records(&[#(#counts),*])););
        let code = Code::effect(tokens, vec![var]);
        Stmt::Passive {
            code,
            defines: Vec::new(),
            writes: vec![var],
        }
    }
}
