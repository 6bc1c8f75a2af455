//! Loops: what they iterate over, their bodies, the flags that end them.

use super::Lower;
use super::control::*;
use super::exits::*;
use super::stmt::pattern_names;
use crate::ir::*;
use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, Pat};

impl Lower<'_> {
    /// Opens the flags that a loop needs, and its body.
    pub(super) fn open(&mut self, label: Option<&syn::Label>, body: &syn::Block) -> OpenLoop {
        let label = label.map(|label| label.name.ident.to_string());
        let inside = body
            .stmts
            .iter()
            .map(ways_out)
            .fold(WaysOut::default(), WaysOut::and);
        let targets = |is_break: bool| {
            inside
                .jumps
                .iter()
                .any(|(to, b)| *b == is_break && (to.is_none() || *to == label))
        };
        let broken = targets(true).then(|| self.flag("broken"));
        OpenLoop {
            label,
            broken,
            continued: None,
            value: None,
            is_block: false,
        }
    }

    /// Lowers the body of a loop and emits the loop.
    pub(super) fn close(
        &mut self,
        mut open: OpenLoop,
        head: Head,
        bind: &[(proc_macro2::Ident, VarId, Option<VarId>)],
        body: &syn::Block,
        span: Span,
    ) {
        let ways = body
            .stmts
            .iter()
            .map(ways_out)
            .fold(WaysOut::default(), WaysOut::and);
        let label = open.label.clone();
        let continues = ways
            .jumps
            .iter()
            .any(|(to, b)| !*b && (to.is_none() || *to == label));
        let mut exits = open.broken.into_iter().collect::<Vec<_>>();
        // Flags of outer loops, and of the function, that the body may set.
        let outer = WaysOut {
            returns: ways.returns,
            jumps: ways
                .jumps
                .into_iter()
                .filter(|(to, _)| to.is_some() && *to != label)
                .collect(),
        };
        exits.extend(self.flags_of(&outer));
        let region = self.region(|lower| {
            if continues {
                open.continued = Some(lower.flag("continued"));
            }
            for (ident, var, changed) in bind {
                lower.bind(ident, changed.unwrap_or(*var));
                if let Some(own) = *changed {
                    let init = Some(Operand::Var(*var));
                    lower.emit(Stmt::Declare { var: own, init });
                }
            }
            lower.exits.loops.push(open);
            lower.stmts(&body.stmts, &Tail::Discard);
            lower.exits.loops.pop();
        });
        let id = self.trace.region_id();
        self.emit(Stmt::Loop(Box::new(Loop {
            id,
            head,
            body: region,
            exits,
            span,
        })));
    }

    pub(super) fn for_loop(&mut self, for_loop: &syn::ExprForLoop) {
        let span = for_loop.for_token.span;
        if let Some((range, step, reversed)) = simple_range(&for_loop.expr)
            && let (Some(start), Some(end)) = (&range.start, &range.end)
            && let Pat::Ident(_) | Pat::Wild(_) = &*for_loop.pat
        {
            let hold = |lower: &mut Self, expr: &Expr| {
                let code = lower.opaque_as(expr, Ty::Passive);
                lower.hold(code)
            };
            let (lo, hi) = (hold(self, start), hold(self, end));
            let step = step.map(|step| hold(self, step));
            let open = self.open(for_loop.label.as_ref(), &for_loop.body);
            let (ident, var, changed) = self.loop_variable(&for_loop.pat);
            let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
            let head = Head::Range {
                var,
                lo,
                hi,
                inclusive,
                step,
                reversed,
            };
            let mut bind = vec![(ident, var, None)];
            if let Some(own) = changed {
                bind[0].2 = Some(own);
            }
            return self.close(open, head, &bind, &for_loop.body, span);
        }
        if self.for_each_item(for_loop) {
            return;
        }
        let iter = self.iterator(
            &for_loop.expr,
            "what this loop iterates over is not known to `#[differentiate]`; iterate over a \
             slice or a `Vec`, or over the indices, as in `for i in 0..x.len()`",
        );
        let open = self.open(for_loop.label.as_ref(), &for_loop.body);
        let mut bind = Vec::new();
        self.scopes.push(Default::default());
        for (ident, mutable) in pattern_names(&for_loop.pat) {
            let kind = if mutable { Kind::Slot } else { Kind::Temp };
            let var = self.user_var(&ident, Ty::Unknown, kind);
            self.bind(&ident, var);
            bind.push((ident, var, None));
        }
        let pattern = self.renamed(for_loop.pat.to_token_stream());
        self.scopes.pop();
        let vars = bind.iter().map(|(_, var, _)| *var).collect();
        self.close(
            open,
            Head::Each {
                pattern,
                vars,
                iter,
            },
            &bind,
            &for_loop.body,
            span,
        );
    }

    /// What a loop iterates over, if it is not a plain range. A range may end where active data
    /// does; its items are integers all the same.
    pub(super) fn iterator(&mut self, expr: &Expr, message: &str) -> Code {
        fn over_range(expr: &Expr) -> bool {
            match expr {
                Expr::Paren(inner) => over_range(&inner.expr),
                Expr::Range(_) => true,
                Expr::MethodCall(call) => {
                    matches!(
                        call.method.to_string().as_str(),
                        "rev" | "step_by" | "skip" | "take"
                    ) && over_range(&call.receiver)
                }
                _ => false,
            }
        }
        if over_range(expr) {
            self.opaque_as(expr, Ty::Passive)
        } else {
            self.opaque_or(expr, message)
        }
    }

    /// The variable of a loop over a range; for `mut i` also the copy that the body changes.
    pub(super) fn loop_variable(
        &mut self,
        pat: &Pat,
    ) -> (proc_macro2::Ident, VarId, Option<VarId>) {
        match pat {
            Pat::Ident(pat) if pat.mutability.is_some() => {
                let (ty, span) = (Ty::Passive, Span::mixed_site());
                let var = self.trace.fresh("i", ty.clone(), Kind::Temp, span);
                let own = self.user_var(&pat.ident, ty, Kind::Slot);
                (pat.ident.clone(), var, Some(own))
            }
            Pat::Ident(pat) => {
                let var = self.user_var(&pat.ident, Ty::Passive, Kind::Temp);
                (pat.ident.clone(), var, None)
            }
            other => {
                let var = self
                    .trace
                    .fresh("i", Ty::Passive, Kind::Temp, Span::mixed_site());
                (proc_macro2::Ident::new("_unnamed", other.span()), var, None)
            }
        }
    }

    pub(super) fn while_loop(&mut self, while_loop: &syn::ExprWhile) {
        if contains_let(&while_loop.cond) || escapes(&while_loop.cond) {
            return self.endless_loop(&as_endless(while_loop));
        }
        let open = self.open(while_loop.label.as_ref(), &while_loop.body);
        let mut cond = None;
        let test = self.region(|lower| cond = Some(lower.condition(&while_loop.cond)));
        let cond = cond.expect("the region above sets it");
        let head = Head::While { test, cond };
        self.close(
            open,
            head,
            &[],
            &while_loop.body,
            while_loop.while_token.span,
        );
    }

    pub(super) fn endless_loop(&mut self, endless: &syn::ExprLoop) {
        self.endless_loop_into(endless, None);
    }

    /// A `loop`; a `break` with a value assigns to `value`.
    pub(super) fn endless_loop_into(&mut self, endless: &syn::ExprLoop, value: Option<VarId>) {
        let mut open = self.open(endless.label.as_ref(), &endless.body);
        open.value = value;
        let cond = self.constant(quote!(true));
        let head = Head::While {
            test: Block::default(),
            cond,
        };
        self.close(open, head, &[], &endless.body, endless.loop_token.span);
    }
}

/// `while c { … }` as `loop { if c { … } else { break; } }`.
fn as_endless(while_loop: &syn::ExprWhile) -> syn::ExprLoop {
    let syn::ExprWhile {
        label, cond, body, ..
    } = while_loop;
    let mut endless: syn::ExprLoop = syn::parse_quote_spanned!(while_loop.while_token.span=> loop { if #cond #body else { break; } });
    endless.label = label.clone();
    endless
}

/// `lo..hi`, with `.step_by(k)` and then `.rev()` on it.
pub(super) fn simple_range(expr: &Expr) -> Option<(&syn::ExprRange, Option<&Expr>, bool)> {
    match expr {
        Expr::Paren(inner) => simple_range(&inner.expr),
        Expr::Group(inner) => simple_range(&inner.expr),
        Expr::Range(range) => Some((range, None, false)),
        Expr::MethodCall(call) => {
            let (range, step, reversed) = simple_range(&call.receiver)?;
            match (call.method.to_string().as_str(), call.args.first()) {
                ("rev", None) => Some((range, step, !reversed)),
                ("step_by", Some(by)) if step.is_none() && !reversed => {
                    Some((range, Some(by), false))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
