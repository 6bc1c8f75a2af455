//! Branches, loops and the early ways out of them.
//!
//! A region of a trace is always left at its end. `if c { return a; } rest` therefore becomes
//! `if c { result = a } else { rest }`; where a way out is hidden deeper (in a loop, in a branch
//! that is not always left), it sets a flag, what follows is guarded by the flag, and the loops on
//! the way end after the iteration.

use super::Lower;
use super::stmt::pattern_names;
use crate::ir::*;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Pat};

/// What to do with the value at the end of a block.
pub(super) enum Tail {
    Discard,
    /// Return it as an operand.
    Operand,
    /// Assign it to a variable.
    Into(VarId),
}

/// The ways out that are open at a point of the function.
#[derive(Default)]
pub(super) struct Exits {
    /// The variable of the function's value, if there are early returns.
    result: Option<VarId>,
    /// Set by a `return` that the structure alone cannot express.
    returned: Option<VarId>,
    loops: Vec<OpenLoop>,
}

struct OpenLoop {
    label: Option<String>,
    broken: Option<VarId>,
    continued: Option<VarId>,
}

impl Lower<'_> {
    /// The body of the function; its value, if it has one.
    pub(super) fn body(&mut self, block: &syn::Block) -> Option<Operand> {
        let stmts = &block.stmts;
        let early = match stmts.split_last() {
            Some((syn::Stmt::Expr(Expr::Return(last), _), rest)) => {
                let inside = last.expr.as_deref().is_some_and(escapes);
                inside || rest.iter().any(|stmt| ways_out(stmt).returns)
            }
            _ => stmts.iter().any(|stmt| ways_out(stmt).returns),
        };
        let has_value = self.output.is_some();
        if !early {
            let tail = if has_value {
                Tail::Operand
            } else {
                Tail::Discard
            };
            return match stmts.split_last() {
                Some((syn::Stmt::Expr(Expr::Return(last), _), rest)) => {
                    self.stmts(rest, &Tail::Discard);
                    last.expr.as_deref().map(|value| self.result_value(value))
                }
                _ => self.stmts(stmts, &tail),
            };
        }
        let flagged = needs_flag(stmts);
        if flagged {
            self.exits.returned = Some(self.flag("returned"));
        }
        let tail = if has_value {
            Tail::Into(self.result_variable(flagged))
        } else {
            Tail::Discard
        };
        self.stmts(stmts, &tail);
        self.exits.result.map(Operand::Var)
    }

    /// Declares the variable of the function's value.
    fn result_variable(&mut self, flagged: bool) -> VarId {
        let kind = if flagged { Kind::Slot } else { Kind::Join };
        let ty = self.output_shape.clone();
        let var = self.trace.fresh("result", ty, kind, Span::mixed_site());
        let annotation = self.output.map(|ty| ty.to_token_stream());
        self.trace.var_mut(var).annotation = annotation;
        let init = flagged.then(|| {
            let tokens = quote!(::autodiff_runtime::private::placeholder());
            self.constant(tokens)
        });
        self.emit(Stmt::Declare { var, init });
        self.exits.result = Some(var);
        var
    }

    fn constant(&self, tokens: TokenStream) -> Operand {
        let (ty, span) = (Ty::Passive, Span::mixed_site());
        Operand::Code(Code {
            tokens,
            reads: Vec::new(),
            pure: true,
            ty,
            span,
        })
    }

    /// A new flag, not set.
    fn flag(&mut self, name: &str) -> VarId {
        let var = self
            .trace
            .fresh(name, Ty::Passive, Kind::Slot, Span::mixed_site());
        let init = Some(self.constant(quote!(false)));
        self.emit(Stmt::Declare { var, init });
        var
    }

    fn set(&mut self, flag: VarId) {
        let value = self.constant(quote!(true));
        self.emit(Stmt::Assign {
            place: Place::whole(flag),
            value,
            span: Span::mixed_site(),
        });
    }

    /// Statements in order; what follows an early way out is nested or guarded.
    pub(super) fn stmts(&mut self, stmts: &[syn::Stmt], tail: &Tail) -> Option<Operand> {
        for (k, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[k + 1..];
            if rest.is_empty()
                && let syn::Stmt::Expr(expr, None) = stmt
            {
                return self.tail(expr, tail);
            }
            if rest.is_empty()
                && let (syn::Stmt::Macro(mac), false) = (stmt, matches!(tail, Tail::Discard))
                && mac.semi_token.is_none()
            {
                let mac = syn::ExprMacro {
                    attrs: Vec::new(),
                    mac: mac.mac.clone(),
                };
                return self.tail(&Expr::Macro(mac), tail);
            }
            if let syn::Stmt::Expr(expr, _) = stmt
                && self.exit(expr)
            {
                return None;
            }
            if let Some(split) = Split::of(stmt) {
                self.split(split, rest, tail);
                return None;
            }
            let flags = self.flags_of(&ways_out(stmt));
            self.stmt(stmt);
            if !flags.is_empty() && !(rest.is_empty() && matches!(tail, Tail::Discard)) {
                self.guarded(&flags, rest, tail);
                return None;
            }
        }
        None
    }

    fn tail(&mut self, expr: &Expr, tail: &Tail) -> Option<Operand> {
        if self.exit(expr) {
            return None;
        }
        match tail {
            Tail::Discard => {
                self.expr_stmt(expr);
                None
            }
            Tail::Operand => Some(self.result_value(expr)),
            Tail::Into(var) => {
                match expr {
                    Expr::If(branch) => self.if_stmt(branch, tail),
                    Expr::Block(block) if block.label.is_none() => {
                        self.scopes.push(Default::default());
                        self.stmts(&block.block.stmts, tail);
                        self.scopes.pop();
                    }
                    _ => self.assign_result(*var, expr),
                }
                None
            }
        }
    }

    /// The value at the end of a block. A local variable is not read again, so it is its own
    /// value.
    fn result_value(&mut self, expr: &Expr) -> Operand {
        if let Expr::Path(_) = expr
            && let Some(place) = self.place(expr)
            && place.is_whole()
            && !matches!(self.trace.ty(place.root), Ty::Ref(..))
        {
            let root = place.root;
            if !self.trace.ty(root).is_copy() {
                self.trace.var_mut(root).moved = true;
                return Operand::Var(root);
            }
        }
        self.value(expr)
    }

    fn assign_result(&mut self, var: VarId, expr: &Expr) {
        let value = self.value(expr);
        if matches!(self.trace.ty(var), Ty::Unknown | Ty::Passive) {
            self.trace.var_mut(var).ty = self.trace.operand_ty(&value).of_variable();
        }
        self.emit(Stmt::Assign {
            place: Place::whole(var),
            value,
            span: expr.span(),
        });
    }

    /// `return`, `break` or `continue`; false if `expr` is something else.
    fn exit(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Return(ret) => {
                match (&ret.expr, self.exits.result) {
                    (Some(value), Some(result)) => self.assign_result(result, value),
                    (Some(value), None) => self.expr_stmt(value),
                    (None, _) => {}
                }
                if let Some(flag) = self.exits.returned {
                    self.set(flag);
                }
            }
            Expr::Break(out) => {
                if let Some(value) = &out.expr {
                    self.errors.at(
                        value,
                        "`break` with a value is not supported by `#[differentiate]` yet; assign \
                         to a variable before the `break`",
                    );
                }
                match self
                    .open_loop(out.label.as_ref())
                    .and_then(|open| open.broken)
                {
                    Some(flag) => self.set(flag),
                    None => self.unknown_target(expr),
                }
            }
            Expr::Continue(next) => {
                match self
                    .open_loop(next.label.as_ref())
                    .and_then(|open| open.continued)
                {
                    Some(flag) => self.set(flag),
                    None => self.unknown_target(expr),
                }
            }
            _ => return false,
        }
        true
    }

    fn unknown_target(&self, expr: &Expr) {
        self.errors.at(
            expr,
            "this leaves a labelled block, which is not supported by `#[differentiate]`; leave a \
             loop, or use `if` and `else`",
        );
    }

    fn open_loop(&self, label: Option<&syn::Lifetime>) -> Option<&OpenLoop> {
        match label {
            None => self.exits.loops.last(),
            Some(label) => {
                let label = label.ident.to_string();
                self.exits
                    .loops
                    .iter()
                    .rev()
                    .find(|open| open.label.as_ref() == Some(&label))
            }
        }
    }

    /// The flags that the ways out of a statement may set.
    fn flags_of(&self, ways: &WaysOut) -> Vec<VarId> {
        let mut flags = Vec::new();
        if ways.returns {
            flags.extend(self.exits.returned);
        }
        for (label, is_break) in &ways.jumps {
            let open = match label {
                None => self.exits.loops.last(),
                Some(label) => self
                    .exits
                    .loops
                    .iter()
                    .rev()
                    .find(|open| open.label.as_ref() == Some(label)),
            };
            let flag = open.and_then(|open| {
                if *is_break {
                    open.broken
                } else {
                    open.continued
                }
            });
            flags.extend(flag.filter(|flag| !flags.contains(flag)));
        }
        flags
    }

    /// `if !(flags) { rest }`.
    fn guarded(&mut self, flags: &[VarId], rest: &[syn::Stmt], tail: &Tail) {
        if matches!(tail, Tail::Operand) {
            if let Some(stmt) = rest.first() {
                self.errors.at(
                    stmt,
                    "an early way out of a block that is used as a value is not supported by \
                     `#[differentiate]` yet; assign to a variable instead",
                );
            }
            return;
        }
        let idents: Vec<_> = flags
            .iter()
            .map(|flag| self.trace.var(*flag).ident.clone())
            .collect();
        let code = Code {
            tokens: quote!(!(#(#idents)||*)),
            reads: flags.to_vec(),
            pure: true,
            ty: Ty::Passive,
            span: Span::mixed_site(),
        };
        let cond = self.hold(code);
        let then = self.region(|lower| {
            lower.stmts(rest, tail);
        });
        let span = Span::mixed_site();
        let id = self.trace.region_id();
        self.emit(Stmt::If {
            id,
            cond,
            then,
            els: Block::default(),
            span,
        });
    }

    /// An `if` of which one branch is always left: the rest goes to the other one.
    fn split(&mut self, split: Split<'_>, rest: &[syn::Stmt], tail: &Tail) {
        let cond = self.condition(split.cond);
        let mut leaving = self.region(|lower| {
            lower.stmts(split.leaving, &Tail::Discard);
        });
        let mut staying = self.region(|lower| {
            if let Some(local) = split.local {
                lower.stmts(std::slice::from_ref(&local), &Tail::Discard);
                lower.stmts(rest, tail);
                return;
            }
            let ways = split
                .staying
                .iter()
                .map(ways_out)
                .fold(WaysOut::default(), WaysOut::and);
            let flags = lower.flags_of(&ways);
            let gone = split.staying.iter().any(always_leaves);
            lower.scopes.push(Default::default());
            lower.stmts(split.staying, &Tail::Discard);
            lower.scopes.pop();
            match (gone, flags.is_empty()) {
                (true, _) => {}
                (false, true) => {
                    lower.stmts(rest, tail);
                }
                (false, false) => lower.guarded(&flags, rest, tail),
            }
        });
        if !split.leaves_if_true {
            std::mem::swap(&mut leaving, &mut staying);
        }
        let span = split.cond.span();
        let id = self.trace.region_id();
        self.emit(Stmt::If {
            id,
            cond,
            then: leaving,
            els: staying,
            span,
        });
    }

    /// A condition, as written. It may look at active values.
    fn condition(&mut self, cond: &Expr) -> Operand {
        if contains_let(cond) {
            self.errors.at(
                cond,
                "`if let` and `while let` are not supported by `#[differentiate]` yet; compare \
                 and index instead",
            );
        }
        let code = self.opaque_as(cond, Ty::Passive);
        self.hold(code)
    }

    pub(super) fn if_stmt(&mut self, branch: &syn::ExprIf, tail: &Tail) {
        let cond = self.condition(&branch.cond);
        let then = self.region(|lower| {
            lower.stmts(&branch.then_branch.stmts, tail);
        });
        let els = self.region(
            |lower| match branch.else_branch.as_ref().map(|(_, e)| &**e) {
                Some(Expr::If(inner)) => lower.if_stmt(inner, tail),
                Some(Expr::Block(block)) => {
                    lower.stmts(&block.block.stmts, tail);
                }
                _ => {}
            },
        );
        let id = self.trace.region_id();
        self.emit(Stmt::If {
            id,
            cond,
            then,
            els,
            span: branch.if_token.span,
        });
    }

    /// `if c { a } else { b }` as a value.
    pub(super) fn if_value(&mut self, branch: &syn::ExprIf, expr: &Expr) -> Operand {
        let var = self.join(self.ty_of(expr), expr.span());
        self.if_stmt(branch, &Tail::Into(var));
        Operand::Var(var)
    }

    fn join(&mut self, ty: Ty, span: Span) -> VarId {
        let span = span.resolved_at(Span::mixed_site());
        let var = self.trace.fresh("v", ty, Kind::Join, span);
        self.emit(Stmt::Declare { var, init: None });
        var
    }

    /// `{ …; a }` as a value.
    pub(super) fn block_value(&mut self, block: &syn::Block) -> Operand {
        self.scopes.push(Default::default());
        let value = self.stmts(&block.stmts, &Tail::Operand);
        self.scopes.pop();
        value.unwrap_or_else(|| self.constant(quote!(())))
    }

    /// Opens the flags that a loop needs, and its body.
    fn open(&mut self, label: Option<&syn::Label>, body: &syn::Block) -> OpenLoop {
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
        }
    }

    /// Lowers the body of a loop and emits the loop.
    fn close(
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
        let iter = self.iterator(
            &for_loop.expr,
            "iterating over active values is not supported by `#[differentiate]` yet; loop over \
             the indices, as in `for i in 0..x.len()`",
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
    fn iterator(&mut self, expr: &Expr, message: &str) -> Code {
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
    fn loop_variable(&mut self, pat: &Pat) -> (proc_macro2::Ident, VarId, Option<VarId>) {
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
        let open = self.open(endless.label.as_ref(), &endless.body);
        let cond = self.constant(quote!(true));
        let head = Head::While {
            test: Block::default(),
            cond,
        };
        self.close(open, head, &[], &endless.body, endless.loop_token.span);
    }
}

/// `lo..hi`, with `.step_by(k)` and then `.rev()` on it.
fn simple_range(expr: &Expr) -> Option<(&syn::ExprRange, Option<&Expr>, bool)> {
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

fn contains_let(expr: &Expr) -> bool {
    struct Lets(bool);
    impl<'ast> Visit<'ast> for Lets {
        fn visit_expr_let(&mut self, _: &'ast syn::ExprLet) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    }
    let mut lets = Lets(false);
    lets.visit_expr(expr);
    lets.0
}

/// An `if` statement (or a `let` whose value is one) of which exactly one branch is always left.
struct Split<'a> {
    cond: &'a Expr,
    leaves_if_true: bool,
    leaving: &'a [syn::Stmt],
    staying: &'a [syn::Stmt],
    /// For `let x = if c { return … } else { b };`: the same `let` with the other branch alone.
    local: Option<syn::Stmt>,
}

impl<'a> Split<'a> {
    fn of(stmt: &'a syn::Stmt) -> Option<Split<'a>> {
        let (branch, local) = match stmt {
            syn::Stmt::Expr(Expr::If(branch), _) => (branch, None),
            syn::Stmt::Local(local) => match &local.init {
                Some(init) if init.diverge.is_none() => match &*init.expr {
                    Expr::If(branch) => (branch, Some(local)),
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
        let then = &branch.then_branch.stmts;
        let (els, chain): (&[syn::Stmt], Option<&Expr>) = match &branch.else_branch {
            None => (&[], None),
            Some((_, els)) => match &**els {
                Expr::Block(block) => (&block.block.stmts, Some(els)),
                // `else if` is handled as a nested `if` with flags.
                _ => return None,
            },
        };
        let (first, second) = (
            then.iter().any(always_leaves),
            els.iter().any(always_leaves),
        );
        if !first && !second {
            return None;
        }
        let stays = if first { chain } else { None };
        let local = local.map(|local| {
            let mut local = local.clone();
            if let Some(init) = &mut local.init {
                *init.expr = match stays {
                    Some(expr) => expr.clone(),
                    None => Expr::Block(syn::ExprBlock {
                        attrs: Vec::new(),
                        label: None,
                        block: branch.then_branch.clone(),
                    }),
                };
            }
            syn::Stmt::Local(local)
        });
        Some(Split {
            cond: &branch.cond,
            leaves_if_true: first,
            leaving: if first { then } else { els },
            staying: if first { els } else { then },
            local,
        })
    }
}

/// Whether control never gets past `stmt`.
fn always_leaves(stmt: &syn::Stmt) -> bool {
    fn expr_leaves(expr: &Expr) -> bool {
        match expr {
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
            Expr::Block(block) if block.label.is_none() => {
                block.block.stmts.iter().any(always_leaves)
            }
            Expr::If(branch) => {
                branch.then_branch.stmts.iter().any(always_leaves)
                    && branch
                        .else_branch
                        .as_ref()
                        .is_some_and(|(_, els)| expr_leaves(els))
            }
            _ => false,
        }
    }
    matches!(stmt, syn::Stmt::Expr(expr, _) if expr_leaves(expr))
}

/// How control may leave a piece of code.
#[derive(Default)]
struct WaysOut {
    returns: bool,
    /// Jumps to loops outside: the label if given, and whether it is a `break`.
    jumps: Vec<(Option<String>, bool)>,
}

impl WaysOut {
    fn and(mut self, other: WaysOut) -> WaysOut {
        self.returns |= other.returns;
        self.jumps.extend(other.jumps);
        self
    }
}

fn ways_out(stmt: &syn::Stmt) -> WaysOut {
    let mut finder = Finder::default();
    finder.visit_stmt(stmt);
    finder.ways
}

/// Whether evaluating `expr` may leave the code around it.
pub(super) fn escapes(expr: &Expr) -> bool {
    let mut finder = Finder::default();
    finder.visit_expr(expr);
    finder.ways.returns || !finder.ways.jumps.is_empty()
}

/// Whether some `return` needs a flag: it stands in a loop, or in a branch that is not always
/// left.
fn needs_flag(stmts: &[syn::Stmt]) -> bool {
    let mut rest = stmts.iter().peekable();
    while let Some(stmt) = rest.next() {
        if !ways_out(stmt).returns || matches!(stmt, syn::Stmt::Expr(Expr::Return(_), _)) {
            continue;
        }
        if let Some(split) = Split::of(stmt) {
            if split.local.is_some() && split.staying.iter().any(|s| ways_out(s).returns) {
                return true;
            }
            let partly = split.staying.iter().any(|s| ways_out(s).returns)
                && !split.staying.iter().any(always_leaves);
            if partly || needs_flag(split.leaving) || needs_flag(split.staying) {
                return true;
            }
            continue;
        }
        // A branch at the very end may return in whatever way its own blocks allow.
        let is_last = rest.peek().is_none();
        let simple = match stmt {
            syn::Stmt::Expr(Expr::If(branch), _) if is_last => branch_is_simple(branch),
            _ => false,
        };
        if !simple {
            return true;
        }
    }
    false
}

fn branch_is_simple(branch: &syn::ExprIf) -> bool {
    let els = match branch.else_branch.as_ref().map(|(_, els)| &**els) {
        Some(Expr::If(inner)) => branch_is_simple(inner),
        Some(Expr::Block(block)) => !needs_flag(&block.block.stmts),
        _ => true,
    };
    els && !needs_flag(&branch.then_branch.stmts)
}

#[derive(Default)]
struct Finder {
    ways: WaysOut,
    /// The labels of the loops around the current point, inside of the code looked at.
    inside: Vec<Option<String>>,
}

impl Finder {
    fn jump(&mut self, label: &Option<syn::Lifetime>, is_break: bool) {
        let label = label.as_ref().map(|label| label.ident.to_string());
        let stays = match &label {
            None => !self.inside.is_empty(),
            Some(_) => self.inside.contains(&label),
        };
        if !stays {
            self.ways.jumps.push((label, is_break));
        }
    }

    fn inside(&mut self, label: &Option<syn::Label>, visit: impl FnOnce(&mut Self)) {
        self.inside
            .push(label.as_ref().map(|label| label.name.ident.to_string()));
        visit(self);
        self.inside.pop();
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_expr_return(&mut self, ret: &'ast syn::ExprReturn) {
        self.ways.returns = true;
        syn::visit::visit_expr_return(self, ret);
    }

    fn visit_expr_break(&mut self, out: &'ast syn::ExprBreak) {
        self.jump(&out.label, true);
        syn::visit::visit_expr_break(self, out);
    }

    fn visit_expr_continue(&mut self, next: &'ast syn::ExprContinue) {
        self.jump(&next.label, false);
    }

    fn visit_expr_for_loop(&mut self, l: &'ast syn::ExprForLoop) {
        self.inside(&l.label, |finder| {
            syn::visit::visit_expr_for_loop(finder, l)
        });
    }

    fn visit_expr_while(&mut self, l: &'ast syn::ExprWhile) {
        self.inside(&l.label, |finder| syn::visit::visit_expr_while(finder, l));
    }

    fn visit_expr_loop(&mut self, l: &'ast syn::ExprLoop) {
        self.inside(&l.label, |finder| syn::visit::visit_expr_loop(finder, l));
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
