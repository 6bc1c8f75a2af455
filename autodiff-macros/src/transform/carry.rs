//! Neighbouring adjoints of a sweep over a sequence stay in registers.
//!
//! A loop that reads `x[i]` and `x[i + 1]` adds to `x_bar[i]` and `x_bar[i + 1]`: each element is
//! changed in two iterations, and the second waits for the first to reach memory. Written by hand,
//! what goes to the next element is carried over to the next iteration, and each element is
//! touched once. This pass does the same for any set of neighbouring elements.

use crate::ir::*;
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use std::collections::BTreeMap;

/// The widest set of neighbours that is carried.
const WIDEST: i64 = 4;

/// Rewrites the loops of `block`, nested ones included.
pub fn carry(trace: &mut Trace, block: &mut Block) {
    let mut out = Vec::new();
    for mut stmt in std::mem::take(&mut block.0) {
        for inner in stmt.blocks_mut() {
            carry(trace, inner);
        }
        match &mut stmt {
            Stmt::Loop(l) => {
                let mut after = Vec::new();
                for root in candidates(l) {
                    if let Some(sweep) = Sweep::find(trace, l, root) {
                        let (before, flush) = sweep.rewrite(trace, l);
                        out.extend(before);
                        after.extend(flush);
                    }
                }
                out.push(stmt);
                out.extend(after);
            }
            _ => out.push(stmt),
        }
    }
    block.0 = out;
}

/// The arrays that the body adds to, at its top level.
fn candidates(l: &Loop) -> Vec<VarId> {
    let mut roots = Vec::new();
    for stmt in &l.body.0 {
        if let Stmt::Accumulate { place, .. } = stmt
            && place.path.len() == 1
            && !roots.contains(&place.root)
        {
            roots.push(place.root);
        }
    }
    roots
}

/// A loop over indices that adds to neighbouring elements of one array.
struct Sweep {
    root: VarId,
    /// For each offset from the loop variable, the index as an operand.
    offsets: BTreeMap<i64, Operand>,
}

impl Sweep {
    fn find(trace: &Trace, l: &Loop, root: VarId) -> Option<Sweep> {
        let Head::Range {
            var, step: None, ..
        } = &l.head
        else {
            return None;
        };
        if !l.exits.is_empty() {
            return None;
        }
        let mut offsets = BTreeMap::new();
        let mut uses = 0;
        for stmt in &l.body.0 {
            let Stmt::Accumulate { place, value, .. } = stmt else {
                continue;
            };
            if place.root != root {
                continue;
            }
            let [Step::Index(index)] = &place.path[..] else {
                return None;
            };
            // The addition moves to the end of the body.
            let fixed = match value {
                Operand::Var(var) => trace.var(*var).kind == Kind::Temp,
                Operand::Lit(..) => true,
                Operand::Code(_) => false,
            };
            if !fixed {
                return None;
            }
            let offset = offset_of(index, *var, trace, &l.body)?;
            offsets.insert(offset, index.clone());
            uses += 1;
        }
        // The array must not be touched in any other way.
        let mut touched = 0;
        l.body.walk(&mut |stmt| {
            touched += usize::from(stmt.reads().contains(&root) || stmt.writes().contains(&root));
        });
        let (first, last) = (*offsets.keys().next()?, *offsets.keys().next_back()?);
        let neighbours =
            last > first && last - first < WIDEST && offsets.len() as i64 == last - first + 1;
        (neighbours && touched == uses).then_some(Sweep { root, offsets })
    }

    /// Changes the loop; returns what goes before and after it.
    fn rewrite(self, trace: &mut Trace, l: &mut Loop) -> (Vec<Stmt>, Vec<Stmt>) {
        let Head::Range {
            lo,
            hi,
            inclusive,
            reversed,
            ..
        } = l.head.clone()
        else {
            unreachable!("found in a loop over a range")
        };
        let span = Span::mixed_site();
        // In the order in which the sweep leaves the elements behind.
        let mut order: Vec<i64> = self.offsets.keys().copied().collect();
        if reversed {
            order.reverse();
        }
        let sums: BTreeMap<i64, Vec<(Operand, bool)>> = self.take_sums(trace, l);
        let carried: Vec<VarId> = order[1..]
            .iter()
            .map(|_| {
                let var = trace.fresh("carried", Ty::Real, Kind::Slot, span);
                trace.var_mut(var).mutated = true;
                var
            })
            .collect();
        let mut before = Vec::new();
        for var in &carried {
            before.push(Stmt::Declare {
                var: *var,
                init: Some(Operand::ZERO),
            });
        }
        let add = |out: &mut Vec<Stmt>, place: Place, terms: &[(Operand, bool)]| {
            for (value, negative) in terms {
                let (place, value, negative) = (place.clone(), value.clone(), *negative);
                out.push(Stmt::Accumulate {
                    place,
                    value,
                    negative,
                    span,
                });
            }
        };
        let body = &mut l.body.0;
        let own = Place {
            root: self.root,
            path: vec![Step::Index(self.offsets[&order[0]].clone())],
        };
        add(body, Place::whole(carried[0]), &sums[&order[0]]);
        let (place, value) = (own, Operand::Var(carried[0]));
        body.push(Stmt::Accumulate {
            place,
            value,
            negative: false,
            span,
        });
        for k in 0..carried.len() {
            let place = Place::whole(carried[k]);
            let terms = &sums[&order[k + 1]];
            let (start, rest) = match (carried.get(k + 1), terms.split_first()) {
                (Some(next), _) => (Operand::Var(*next), &terms[..]),
                (None, Some(((first, false), rest))) => (first.clone(), rest),
                (None, _) => (Operand::ZERO, &terms[..]),
            };
            body.push(Stmt::Assign {
                place: place.clone(),
                value: start,
                span,
            });
            add(body, place, rest);
        }
        let flush = self.flush(trace, (&lo, &hi, inclusive, reversed), &order, &carried);
        (before, vec![flush])
    }

    /// Takes the additions out of the body: their values by offset.
    fn take_sums(&self, trace: &Trace, l: &mut Loop) -> BTreeMap<i64, Vec<(Operand, bool)>> {
        let Head::Range { var, .. } = l.head else {
            unreachable!("found in a loop over a range")
        };
        let body = l.body.clone();
        let mut sums: BTreeMap<i64, Vec<(Operand, bool)>> = BTreeMap::new();
        l.body.0.retain(|stmt| {
            let Stmt::Accumulate {
                place,
                value,
                negative,
                ..
            } = stmt
            else {
                return true;
            };
            if place.root != self.root {
                return true;
            }
            let Step::Index(index) = &place.path[0] else {
                return true;
            };
            let offset = offset_of(index, var, trace, &body).expect("found before");
            sums.entry(offset)
                .or_default()
                .push((value.clone(), *negative));
            false
        });
        sums
    }

    /// Adds what is still carried when the loop ends, if it ran.
    fn flush(
        &self,
        trace: &mut Trace,
        (lo, hi, inclusive, reversed): (&Operand, &Operand, bool, bool),
        order: &[i64],
        carried: &[VarId],
    ) -> Stmt {
        let span = Span::mixed_site();
        let (start, end) = (
            crate::emit::operand(lo, trace),
            crate::emit::operand(hi, trace),
        );
        let reads: Vec<VarId> = lo.reads().iter().chain(hi.reads()).copied().collect();
        let code = |tokens: TokenStream| Code {
            tokens,
            reads: reads.clone(),
            pure: true,
            ty: Ty::Passive,
            span,
        };
        let ran = if inclusive {
            quote!(#start <= #end)
        } else {
            quote!(#start < #end)
        };
        let mut then = Vec::new();
        for (offset, var) in order[1..].iter().zip(carried) {
            // The last iteration was at `lo` going down, at `hi - 1` (or `hi`) going up.
            let (from, shift) = match (reversed, inclusive) {
                (true, _) => (&start, *offset),
                (false, true) => (&end, *offset),
                (false, false) => (&end, offset - 1),
            };
            let distance = Literal::i64_unsuffixed(shift.abs());
            let tokens = match shift.signum() {
                0 => from.clone(),
                1 => quote!(#from + #distance),
                _ => quote!(#from - #distance),
            };
            let index = Step::Index(Operand::Code(code(tokens)));
            let place = Place {
                root: self.root,
                path: vec![index],
            };
            let value = Operand::Var(*var);
            then.push(Stmt::Accumulate {
                place,
                value,
                negative: false,
                span,
            });
        }
        let id = trace.region_id();
        let cond = Operand::Code(code(ran));
        Stmt::If {
            id,
            cond,
            then: Block(then),
            els: Block::default(),
            span,
        }
    }
}

/// The distance of an index from the loop variable, if it is a number.
fn offset_of(index: &Operand, var: VarId, trace: &Trace, body: &Block) -> Option<i64> {
    let Operand::Var(index) = index else {
        return None;
    };
    if *index == var {
        return Some(0);
    }
    let code = body.0.iter().find_map(|stmt| match stmt {
        Stmt::Let(Eqn {
            var,
            op: Op::Passive(code),
            ..
        }) if var == index => Some(code),
        _ => None,
    })?;
    let syn::Expr::Binary(sum) = syn::parse2(code.tokens.clone()).ok()? else {
        return None;
    };
    let syn::Expr::Path(left) = &*sum.left else {
        return None;
    };
    let syn::Expr::Lit(right) = &*sum.right else {
        return None;
    };
    let syn::Lit::Int(number) = &right.lit else {
        return None;
    };
    let number: i64 = number.base10_parse().ok()?;
    if left.path.get_ident()? != &trace.var(var).ident {
        return None;
    }
    match sum.op {
        syn::BinOp::Add(_) => Some(number),
        syn::BinOp::Sub(_) => Some(-number),
        _ => None,
    }
}
