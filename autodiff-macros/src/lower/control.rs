//! Branches, loops and the early ways out of them.
//!
//! A region of a trace is always left at its end. `if c { return a; } rest` therefore becomes
//! `if c { result = a } else { rest }`; where a way out is hidden deeper (in a loop, in a branch
//! that is not always left), it sets a flag, what follows is guarded by the flag, and the loops on
//! the way end after the iteration.

use super::Lower;
use super::exits::*;
use crate::ir::*;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;
use syn::spanned::Spanned;

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
    pub(super) result: Option<VarId>,
    /// Set by a `return` that the structure alone cannot express.
    pub(super) returned: Option<VarId>,
    pub(super) loops: Vec<OpenLoop>,
}

pub(super) struct OpenLoop {
    pub(super) label: Option<String>,
    pub(super) broken: Option<VarId>,
    pub(super) continued: Option<VarId>,
    /// What a `break` with a value assigns to.
    pub(super) value: Option<VarId>,
    /// A labelled block, which only a `break` with its label leaves.
    pub(super) is_block: bool,
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
        let has_value = self.output.is_some() || self.fallible;
        if !early && !self.fallible {
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
        let flagged = early && needs_flag(stmts);
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
    pub(super) fn result_variable(&mut self, flagged: bool) -> VarId {
        let kind = if flagged { Kind::Slot } else { Kind::Join };
        let ty = self.output_shape.clone();
        let var = self.trace.fresh("result", ty, kind, Span::mixed_site());
        let annotation = self.output.map_or(quote!(()), |ty| ty.to_token_stream());
        let annotation = Some(annotation);
        self.trace.var_mut(var).annotation = annotation;
        let init = flagged.then(|| {
            let tokens = quote!(::autodiff_runtime::private::placeholder());
            self.constant(tokens)
        });
        self.emit(Stmt::Declare { var, init });
        self.exits.result = Some(var);
        var
    }

    pub(super) fn constant(&self, tokens: TokenStream) -> Operand {
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
    pub(super) fn flag(&mut self, name: &str) -> VarId {
        let var = self
            .trace
            .fresh(name, Ty::Passive, Kind::Slot, Span::mixed_site());
        let init = Some(self.constant(quote!(false)));
        self.emit(Stmt::Declare { var, init });
        var
    }

    pub(super) fn set(&mut self, flag: VarId) {
        let value = self.constant(quote!(true));
        self.emit(Stmt::Assign {
            place: Place::whole(flag),
            value,
            span: Span::mixed_site(),
        });
    }

    /// Statements in order; what follows an early way out is nested or guarded.
    pub(super) fn stmts(&mut self, stmts: &[syn::Stmt], tail: &Tail) -> Option<Operand> {
        self.enter_items(stmts);
        for (k, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[k + 1..];
            if let Some(mut list) = self.hoisted(stmt) {
                list.extend_from_slice(rest);
                return self.stmts(&list, tail);
            }
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
            if let Some((_, diverge)) = let_else(stmt)
                && let syn::Stmt::Local(local) = stmt
                && (escapes(diverge) || self.mentions_real(stmt))
            {
                self.let_else(local, rest, tail);
                return None;
            }
            if let Some(split) = Split::of(stmt) {
                self.split(split, rest, tail);
                return None;
            }
            let flags = self.flags_of(&ways_out(stmt));
            self.stmt(stmt);
            let nothing_left = rest.is_empty() && matches!(tail, Tail::Discard);
            if !flags.is_empty() && !nothing_left {
                self.guarded(&flags, rest, tail);
                return None;
            }
        }
        None
    }

    pub(super) fn tail(&mut self, expr: &Expr, tail: &Tail) -> Option<Operand> {
        if self.exit(expr) {
            return None;
        }
        match tail {
            // Without a value, or never left but by `return`.
            _ if matches!(expr, Expr::While(_) | Expr::ForLoop(_)) || is_endless(expr) => {
                self.expr_stmt(expr);
                None
            }
            // What never comes back has no value to assign.
            Tail::Into(_) if diverges(expr) => {
                self.expr_stmt(expr);
                None
            }
            Tail::Discard => {
                self.expr_stmt(expr);
                None
            }
            Tail::Operand => Some(self.result_value(expr)),
            Tail::Into(var) => {
                match expr {
                    Expr::If(branch) => self.if_stmt(branch, tail),
                    Expr::Match(matching) if self.must_lower(expr) => {
                        self.match_stmt(matching, tail);
                    }
                    Expr::Paren(inner) => return self.tail(&inner.expr, tail),
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

    /// `return`, `break` or `continue`; false if `expr` is something else.
    pub(super) fn exit(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Return(ret) if ret.expr.as_deref().is_some_and(fails) => {
                ret.expr.iter().for_each(|failure| self.leave(failure));
            }
            Expr::Return(ret) => {
                match (&ret.expr, self.exits.result) {
                    (Some(value), Some(result)) => {
                        self.tail(value, &Tail::Into(result));
                    }
                    (Some(value), None) => self.expr_stmt(value),
                    (None, _) => {}
                }
                if let Some(flag) = self.exits.returned {
                    self.set(flag);
                }
            }
            Expr::Break(out) => {
                if let Some(value) = &out.expr {
                    match self
                        .open_loop(out.label.as_ref())
                        .and_then(|open| open.value)
                    {
                        Some(var) => self.assign_result(var, value),
                        None => self.expr_stmt(value),
                    }
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
        self.errors
            .at(expr, "there is no loop or block here that this could leave");
    }

    pub(super) fn open_loop(&self, label: Option<&syn::Lifetime>) -> Option<&OpenLoop> {
        self.open_at(label.map(|label| label.ident.to_string()).as_ref())
    }

    /// The innermost loop, or the loop or block with the label.
    fn open_at(&self, label: Option<&String>) -> Option<&OpenLoop> {
        self.exits.loops.iter().rev().find(|open| match label {
            None => !open.is_block,
            Some(_) => open.label.as_ref() == label,
        })
    }

    /// The flags that the ways out of a statement may set.
    pub(super) fn flags_of(&self, ways: &WaysOut) -> Vec<VarId> {
        let mut flags = Vec::new();
        if ways.returns {
            flags.extend(self.exits.returned);
        }
        for (label, is_break) in &ways.jumps {
            let flag = self.open_at(label.as_ref()).and_then(|open| {
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
    pub(super) fn guarded(&mut self, flags: &[VarId], rest: &[syn::Stmt], tail: &Tail) {
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
        self.branch(cond, then, Block::default(), Span::mixed_site());
    }

    /// An `if` of which one branch is always left: the rest goes to the other one.
    pub(super) fn split(&mut self, split: Split<'_>, rest: &[syn::Stmt], tail: &Tail) {
        let cond = self.condition(split.cond);
        let mut leaving = self.region(|lower| {
            lower.stmts(&split.leaving, &Tail::Discard);
        });
        let mut staying = self.region(|lower| {
            if let Some(local) = split.local {
                let mut list = vec![local];
                list.extend_from_slice(rest);
                lower.stmts(&list, tail);
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
            lower.stmts(&split.staying, &Tail::Discard);
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
        self.branch(cond, leaving, staying, span);
    }

    /// A condition, as written. It may look at active values.
    pub(super) fn condition(&mut self, cond: &Expr) -> Operand {
        let code = self.opaque_as(cond, Ty::Passive);
        self.hold(code)
    }

    pub(super) fn if_stmt(&mut self, branch: &syn::ExprIf, tail: &Tail) {
        if contains_let(&branch.cond) {
            return self.if_let(branch, tail);
        }
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
        self.branch(cond, then, els, branch.if_token.span);
    }

    /// `if c { a } else { b }` as a value.
    pub(super) fn if_value(&mut self, branch: &syn::ExprIf, expr: &Expr) -> Operand {
        if escapes(expr) {
            let var = self.maybe(self.ty_of(expr), expr.span());
            self.if_stmt(branch, &Tail::Into(var));
            return self.now(var, expr.span());
        }
        let var = self.join(self.ty_of(expr), expr.span());
        self.if_stmt(branch, &Tail::Into(var));
        Operand::Var(var)
    }

    /// A variable for a value that may not come to be.
    pub(super) fn maybe(&mut self, ty: Ty, span: Span) -> VarId {
        let span = span.resolved_at(Span::mixed_site());
        let var = self.trace.fresh("v", ty.of_variable(), Kind::Slot, span);
        let init = Some(self.constant(quote!(::autodiff_runtime::private::placeholder())));
        self.emit(Stmt::Declare { var, init });
        var
    }

    /// What a variable is now.
    pub(super) fn now(&mut self, var: VarId, span: Span) -> Operand {
        let ty = self.trace.ty(var).clone();
        if !ty.is_copy() {
            self.trace.var_mut(var).moved = true;
        }
        self.eqn(Op::Load(Place::whole(var)), Vec::new(), ty, span)
    }

    pub(super) fn join(&mut self, ty: Ty, span: Span) -> VarId {
        let span = span.resolved_at(Span::mixed_site());
        let var = self.trace.fresh("v", ty, Kind::Join, span);
        self.emit(Stmt::Declare { var, init: None });
        var
    }

    /// `loop { … break a; }` as a value.
    pub(super) fn loop_value(&mut self, endless: &syn::ExprLoop, expr: &Expr) -> Operand {
        let var = self.maybe(Ty::Unknown, expr.span());
        self.endless_loop_into(endless, Some(var));
        self.now(var, expr.span())
    }

    /// `'a: { … break 'a v; … }` as a value.
    pub(super) fn labelled_value(&mut self, block: &syn::ExprBlock, expr: &Expr) -> Operand {
        let var = self.maybe(Ty::Unknown, expr.span());
        self.labelled_block(block, Some(var));
        self.now(var, expr.span())
    }

    /// A block that a `break` with its label leaves.
    pub(super) fn labelled_block(&mut self, block: &syn::ExprBlock, value: Option<VarId>) {
        let label = block.label.as_ref();
        let broken = self.flag("broken");
        self.exits.loops.push(OpenLoop {
            label: label.map(|label| label.name.ident.to_string()),
            broken: Some(broken),
            continued: None,
            value,
            is_block: true,
        });
        self.scopes.push(Default::default());
        let tail = value.map_or(Tail::Discard, Tail::Into);
        self.stmts(&block.block.stmts, &tail);
        self.scopes.pop();
        self.exits.loops.pop();
    }

    /// `{ …; a }` as a value.
    pub(super) fn block_value(&mut self, block: &syn::Block) -> Operand {
        let leaves = block
            .stmts
            .iter()
            .map(ways_out)
            .fold(WaysOut::default(), WaysOut::and);
        if leaves.returns || !leaves.jumps.is_empty() {
            // There may be no value: what follows is guarded then.
            let ty = match block.stmts.last() {
                Some(syn::Stmt::Expr(tail, None)) => self.ty_of(tail),
                _ => Ty::Passive,
            };
            let var = self.maybe(ty, block.span());
            self.scopes.push(Default::default());
            self.stmts(&block.stmts, &Tail::Into(var));
            self.scopes.pop();
            return self.now(var, block.span());
        }
        self.scopes.push(Default::default());
        let value = self.stmts(&block.stmts, &Tail::Operand);
        self.scopes.pop();
        value.unwrap_or_else(|| self.constant(quote!(())))
    }
}

/// A `loop` that no `break` ends.
fn is_endless(expr: &Expr) -> bool {
    let Expr::Loop(endless) = expr else {
        return false;
    };
    let label = endless
        .label
        .as_ref()
        .map(|label| label.name.ident.to_string());
    !endless.body.stmts.iter().any(|stmt| {
        let jumps = ways_out(stmt).jumps;
        jumps
            .iter()
            .any(|(to, is_break)| *is_break && (to.is_none() || *to == label))
    })
}

/// Whether an expression never yields a value.
pub(super) fn diverges(expr: &Expr) -> bool {
    const NEVER: &[&str] = &["panic", "unreachable", "todo", "unimplemented"];
    match expr {
        Expr::Macro(mac) => {
            let name = mac.mac.path.segments.last();
            name.is_some_and(|name| NEVER.iter().any(|never| name.ident == never))
        }
        _ => false,
    }
}
