//! `match`, `if let` and `let … else`.
//!
//! Which arm is taken is decided by a `match` of Rust's own that yields its number: patterns and
//! guards pass through as written, and no derivative is asked for. The arms themselves become
//! branches over that number.

use super::Lower;
use super::control::Tail;
use super::exits::escapes;
use super::opaque::is_pure;
use super::pattern::{Subject, erased};
use super::stmt::pattern_names;
use crate::ir::*;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Expr, Pat};

/// One way to go on.
struct Arm<'a> {
    pat: &'a Pat,
    guard: Option<&'a Expr>,
    body: Body<'a>,
}

#[derive(Clone, Copy)]
enum Body<'a> {
    Expr(&'a Expr),
    Block(&'a syn::Block),
    Nothing,
}

impl Lower<'_> {
    pub(super) fn match_stmt(&mut self, expr: &syn::ExprMatch, tail: &Tail) {
        let subject = self.subject(&expr.expr);
        let mut arms = Vec::new();
        for arm in &expr.arms {
            let (pat, guard) = match &arm.pat {
                Pat::Guard(guarded) => (&*guarded.pat, Some(&*guarded.guard)),
                pat => (pat, None),
            };
            let body = Body::Expr(&arm.body);
            for pat in alternatives(pat, subject.place.is_some()) {
                arms.push(Arm { pat, guard, body });
            }
        }
        self.arms(&subject, &arms, tail, expr.match_token.span);
    }

    /// The value of a `match`.
    pub(super) fn match_value(&mut self, matching: &syn::ExprMatch, expr: &Expr) -> Operand {
        let ty = self.ty_of(expr);
        if escapes(expr) {
            let var = self.maybe(ty, expr.span());
            self.match_stmt(matching, &Tail::Into(var));
            return self.now(var, expr.span());
        }
        let var = self.join(ty, expr.span());
        self.match_stmt(matching, &Tail::Into(var));
        Operand::Var(var)
    }

    /// `if` with patterns among its conditions.
    pub(super) fn if_let(&mut self, branch: &syn::ExprIf, tail: &Tail) {
        let span = branch.if_token.span;
        let conditions = conjuncts(&branch.cond);
        let then = Body::Block(&branch.then_branch);
        let els = match branch.else_branch.as_ref().map(|(_, els)| &**els) {
            Some(els) => Body::Expr(els),
            None => Body::Nothing,
        };
        let [Expr::Let(first), more @ ..] = &conditions[..] else {
            return self.chain(&conditions, then, els, tail, span);
        };
        if more.iter().any(|cond| matches!(cond, Expr::Let(_))) {
            return self.chain(&conditions, then, els, tail, span);
        }
        let subject = self.subject(&first.expr);
        let guard = more
            .iter()
            .map(|cond| (*cond).clone())
            .reduce(|a, b| syn::parse_quote!(#a && #b));
        let wild: Pat = syn::parse_quote!(_);
        let mut arms: Vec<Arm<'_>> = alternatives(&first.pat, subject.place.is_some())
            .into_iter()
            .map(|pat| Arm {
                pat,
                guard: guard.as_ref(),
                body: then,
            })
            .collect();
        arms.push(Arm {
            pat: &wild,
            guard: None,
            body: els,
        });
        self.arms(&subject, &arms, tail, span);
    }

    /// Conditions and patterns in any order: nested branches, and a flag for the one taken.
    fn chain(
        &mut self,
        conditions: &[&Expr],
        then: Body<'_>,
        els: Body<'_>,
        tail: &Tail,
        span: Span,
    ) {
        if let Tail::Into(var) = tail {
            self.demote(*var);
        }
        let taken = self.flag("taken");
        self.links(conditions, then, taken, tail, span);
        if matches!(els, Body::Nothing) {
            return;
        }
        let ident = self.trace.var(taken).ident.clone();
        let cond = self.hold(Code {
            tokens: quote!(!#ident),
            reads: vec![taken],
            pure: true,
            ty: Ty::Passive,
            span,
        });
        let otherwise = self.region(|lower| lower.run(els, tail));
        self.branch(cond, otherwise, Block::default(), span);
    }

    fn links(
        &mut self,
        conditions: &[&Expr],
        then: Body<'_>,
        taken: VarId,
        tail: &Tail,
        span: Span,
    ) {
        let Some((first, more)) = conditions.split_first() else {
            self.set(taken);
            return self.run(then, tail);
        };
        let (cond, matched) = match first {
            Expr::Let(pattern) => {
                let subject = self.subject(&pattern.expr);
                let code = self.matches(&pattern.pat, &subject);
                (self.hold(code), Some((&pattern.pat, subject)))
            }
            cond => (self.condition(cond), None),
        };
        let inside = self.region(|lower| {
            if let Some((pat, subject)) = &matched {
                lower.bind_matched(pat, subject);
            }
            lower.links(more, then, taken, tail, span);
        });
        self.branch(cond, inside, Block::default(), span);
    }

    /// `let PAT = value else { … };`, with all that follows it.
    pub(super) fn let_else(&mut self, local: &syn::Local, rest: &[syn::Stmt], tail: &Tail) {
        let Some(init) = &local.init else { return };
        let Some((_, diverge)) = &init.diverge else {
            return;
        };
        let pat = match &local.pat {
            Pat::Type(typed) => &*typed.pat,
            pat => pat,
        };
        let span = local.let_token.span;
        let subject = self.subject(&init.expr);
        let code = self.matches(pat, &subject);
        let cond = self.hold(code);
        let staying = self.region(|lower| {
            lower.bind_matched(pat, &subject);
            lower.stmts(rest, tail);
        });
        let leaving = self.region(|lower| lower.run(Body::Expr(diverge), &Tail::Discard));
        self.branch(cond, staying, leaving, span);
    }

    fn arms(&mut self, subject: &Subject, arms: &[Arm<'_>], tail: &Tail, span: Span) {
        if let [only] = arms
            && only.guard.is_none()
        {
            self.scopes.push(Default::default());
            self.bind_matched(only.pat, subject);
            self.run(only.body, tail);
            self.scopes.pop();
            return;
        }
        let chosen = self.choice(subject, arms);
        self.remaining_arms(0, chosen, subject, arms, tail, span);
    }

    /// The arms from the `k`th on, of which one is taken.
    fn remaining_arms(
        &mut self,
        k: usize,
        chosen: VarId,
        subject: &Subject,
        arms: &[Arm<'_>],
        tail: &Tail,
        span: Span,
    ) {
        let Some(arm) = arms.get(k) else { return };
        if k + 1 == arms.len() {
            self.bind_matched(arm.pat, subject);
            return self.run(arm.body, tail);
        }
        let (ident, number) = (
            self.trace.var(chosen).ident.clone(),
            Literal::usize_unsuffixed(k),
        );
        let cond = Operand::Code(Code {
            tokens: quote!(#ident == #number),
            reads: vec![chosen],
            pure: true,
            ty: Ty::Passive,
            span,
        });
        let then = self.region(|lower| {
            lower.bind_matched(arm.pat, subject);
            lower.run(arm.body, tail);
        });
        let els =
            self.region(|lower| lower.remaining_arms(k + 1, chosen, subject, arms, tail, span));
        self.branch(cond, then, els, span);
    }

    pub(super) fn branch(&mut self, cond: Operand, then: Block, els: Block, span: Span) {
        let id = self.trace.region_id();
        self.emit(Stmt::If {
            id,
            cond,
            then,
            els,
            span,
        });
    }

    fn run(&mut self, body: Body<'_>, tail: &Tail) {
        match body {
            Body::Expr(expr) => {
                self.stmts(&[syn::Stmt::Expr(expr.clone(), None)], tail);
            }
            Body::Block(block) => {
                self.scopes.push(Default::default());
                self.stmts(&block.stmts, tail);
                self.scopes.pop();
            }
            Body::Nothing => {}
        }
    }

    /// The number of the arm that is taken.
    fn choice(&mut self, subject: &Subject, arms: &[Arm<'_>]) -> VarId {
        let mut reads = subject.code.reads.clone();
        let mut pure = subject.code.pure;
        let mut tokens = TokenStream::new();
        for (k, arm) in arms.iter().enumerate() {
            let (pattern, guard) = self.guarded_pattern(arm, &mut reads);
            pure &= arm.guard.is_none_or(is_pure);
            let k = Literal::usize_unsuffixed(k);
            tokens.extend(quote!(#pattern #guard => #k,));
        }
        let of = &subject.code.tokens;
        let code = Code {
            tokens: quote!(match #of { #tokens }),
            reads,
            pure,
            ty: Ty::Passive,
            span: subject.code.span,
        };
        let (ty, span) = (Ty::Passive, Span::mixed_site());
        let var = self.trace.fresh("arm", ty.clone(), Kind::Temp, span);
        self.trace.var_mut(var).annotation = Some(quote!(usize));
        self.emit(Stmt::Let(Eqn {
            var,
            op: Op::Passive(code),
            args: Vec::new(),
            span,
        }));
        var
    }

    /// The pattern and guard of an arm as Rust decides by them: only what the guard reads is bound.
    fn guarded_pattern(
        &mut self,
        arm: &Arm<'_>,
        reads: &mut Vec<VarId>,
    ) -> (TokenStream, TokenStream) {
        let Some(guard) = arm.guard else {
            return (erased(arm.pat, &HashMap::new()), TokenStream::new());
        };
        if escapes(guard) {
            self.errors.at(
                guard,
                "a guard cannot leave the function; write this arm's condition as an `if` in its body",
            );
        }
        self.scopes.push(Default::default());
        let bound = self.bind_within(arm.pat);
        let code = self.opaque_as(guard, Ty::Passive);
        let used: HashMap<_, _> = pattern_names(arm.pat)
            .into_iter()
            .zip(&bound)
            .filter(|(_, var)| code.reads.contains(var))
            .map(|((name, _), var)| (name.to_string(), self.trace.var(*var).ident.clone()))
            .collect();
        self.scopes.pop();
        reads.extend(code.reads.iter().filter(|var| !bound.contains(var)));
        let guard = &code.tokens;
        (erased(arm.pat, &used), quote!(if #guard))
    }

    /// Whether the pattern matches.
    fn matches(&mut self, pat: &Pat, subject: &Subject) -> Code {
        let (of, pattern) = (&subject.code.tokens, erased(pat, &HashMap::new()));
        Code {
            tokens: quote!(::core::matches!(#of, #pattern)),
            reads: subject.code.reads.clone(),
            pure: subject.code.pure,
            ty: Ty::Passive,
            span: subject.code.span,
        }
    }

    /// A join that may be assigned more than once.
    fn demote(&mut self, var: VarId) {
        if self.trace.var(var).kind != Kind::Join {
            return;
        }
        self.trace.var_mut(var).kind = Kind::Slot;
        let value = self.constant(quote!(::autodiff_runtime::private::placeholder()));
        self.emit(Stmt::Assign {
            place: Place::whole(var),
            value,
            span: Span::mixed_site(),
        });
    }

    /// The type of a `match`: that of an arm that says it without the names it binds.
    pub(super) fn match_ty(&self, matching: &syn::ExprMatch) -> Ty {
        let types = matching.arms.iter().map(|arm| {
            let names = pattern_names(&arm.pat);
            let body = arm.body.to_token_stream();
            match names
                .iter()
                .any(|(name, _)| mentions(&body, &name.to_string()))
            {
                true => Ty::Unknown,
                false => self.ty_of(&arm.body),
            }
        });
        Ty::of_equals(types)
    }
}

/// The alternatives of a pattern, one by one if they bind parts of an active value.
fn alternatives(pat: &Pat, taken_apart: bool) -> Vec<&Pat> {
    match pat {
        Pat::Paren(inner) => alternatives(&inner.pat, taken_apart),
        Pat::Or(or) if taken_apart && !pattern_names(pat).is_empty() => or.cases.iter().collect(),
        other => vec![other],
    }
}

/// The conditions joined by `&&`.
fn conjuncts(cond: &Expr) -> Vec<&Expr> {
    match cond {
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            let mut all = conjuncts(&binary.left);
            all.extend(conjuncts(&binary.right));
            all
        }
        other => vec![other],
    }
}

/// Whether a name occurs in tokens.
fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}
