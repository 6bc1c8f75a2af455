//! The ways out of a piece of code: which there are, and whether structure alone can express them.

use std::borrow::Cow;
use syn::Expr;
use syn::visit::Visit;

/// An `if` statement (or a `let` whose value is one) of which exactly one branch is always left.
pub(super) struct Split<'a> {
    pub(super) cond: &'a Expr,
    pub(super) leaves_if_true: bool,
    pub(super) leaving: Cow<'a, [syn::Stmt]>,
    pub(super) staying: Cow<'a, [syn::Stmt]>,
    /// For `let x = if c { return … } else { b };`: the same `let` with the other branch alone.
    pub(super) local: Option<syn::Stmt>,
}

/// Whether control never gets past `stmt`.
pub(super) fn always_leaves(stmt: &syn::Stmt) -> bool {
    fn expr_leaves(expr: &Expr) -> bool {
        match expr {
            Expr::Return(ret) => !ret.expr.as_deref().is_some_and(fails),
            Expr::Break(_) | Expr::Continue(_) => true,
            Expr::Match(matching) => matching.arms.iter().all(|arm| expr_leaves(&arm.body)),
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
pub(super) struct WaysOut {
    pub(super) returns: bool,
    /// Jumps to loops outside: the label if given, and whether it is a `break`.
    pub(super) jumps: Vec<(Option<String>, bool)>,
}

pub(super) fn ways_out(stmt: &syn::Stmt) -> WaysOut {
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
pub(super) fn needs_flag(stmts: &[syn::Stmt]) -> bool {
    let mut rest = stmts.iter().peekable();
    while let Some(stmt) = rest.next() {
        if !ways_out(stmt).returns || simple_return(stmt) {
            continue;
        }
        if let Some((init, diverge)) = let_else(stmt) {
            if escapes(init) || block_needs_flag(diverge) {
                return true;
            }
            continue;
        }
        if let Some(split) = Split::of(stmt) {
            if let Some(local) = &split.local {
                if needs_flag(&split.leaving) || needs_flag(std::slice::from_ref(local)) {
                    return true;
                }
                continue;
            }
            let partly = split.staying.iter().any(|s| ways_out(s).returns)
                && !split.staying.iter().any(always_leaves);
            if partly || needs_flag(&split.leaving) || needs_flag(&split.staying) {
                return true;
            }
            continue;
        }
        // A branch at the very end may return in whatever way its own blocks allow.
        let is_last = rest.peek().is_none();
        let simple = match stmt {
            syn::Stmt::Expr(expr, _) if is_last => is_simple(expr),
            _ => false,
        };
        if !simple {
            return true;
        }
    }
    false
}

/// Whether structure alone expresses the ways out of the last expression of a body.
fn is_simple(expr: &Expr) -> bool {
    match expr {
        Expr::If(branch) => {
            let els = branch.else_branch.as_ref().map(|(_, els)| &**els);
            !escapes(&branch.cond)
                && !contains_let(&branch.cond)
                && !needs_flag(&branch.then_branch.stmts)
                && els.is_none_or(is_simple)
        }
        Expr::Block(block) => block.label.is_none() && !needs_flag(&block.block.stmts),
        Expr::Match(matching) => {
            !escapes(&matching.expr) && matching.arms.iter().all(|arm| is_simple(&arm.body))
        }
        Expr::Return(ret) => !ret.expr.as_deref().is_some_and(escapes),
        Expr::Paren(inner) => is_simple(&inner.expr),
        other => !escapes(other),
    }
}

/// `None` or `Err(e)`. Returning one ends every derivative at once: there is nothing to sweep back.
pub(super) fn fails(expr: &Expr) -> bool {
    let variant = |path: &syn::ExprPath, name| {
        path.path
            .segments
            .last()
            .is_some_and(|last| last.ident == name)
    };
    match expr {
        Expr::Paren(inner) => fails(&inner.expr),
        Expr::Path(path) => variant(path, "None"),
        Expr::Call(call) => matches!(&*call.func, Expr::Path(path) if variant(path, "Err")),
        _ => false,
    }
}

fn simple_return(stmt: &syn::Stmt) -> bool {
    matches!(stmt, syn::Stmt::Expr(expr @ Expr::Return(_), _) if is_simple(expr))
}

fn block_needs_flag(expr: &Expr) -> bool {
    match expr {
        Expr::Block(block) => needs_flag(&block.block.stmts),
        other => escapes(other),
    }
}

/// The value and the way out of a `let … else`.
pub(super) fn let_else(stmt: &syn::Stmt) -> Option<(&Expr, &Expr)> {
    let syn::Stmt::Local(local) = stmt else {
        return None;
    };
    let init = local.init.as_ref()?;
    let (_, diverge) = init.diverge.as_ref()?;
    Some((&init.expr, diverge))
}

#[derive(Default)]
pub(super) struct Finder {
    ways: WaysOut,
    /// The labels of the loops around the current point, inside of the code looked at.
    inside: Vec<Option<String>>,
    /// The labels of the blocks around it.
    blocks: Vec<Option<String>>,
}

pub(super) fn contains_let(expr: &Expr) -> bool {
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

impl<'a> Split<'a> {
    pub(super) fn of(stmt: &'a syn::Stmt) -> Option<Split<'a>> {
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
        if contains_let(&branch.cond) || escapes(&branch.cond) {
            return None;
        }
        let then = Cow::Borrowed(&branch.then_branch.stmts[..]);
        let (els, chain): (Cow<'a, [syn::Stmt]>, Option<&Expr>) = match &branch.else_branch {
            None => (Cow::Borrowed(&[]), None),
            Some((_, els)) => match &**els {
                Expr::Block(block) => (Cow::Borrowed(&block.block.stmts), Some(els)),
                chain => (
                    Cow::Owned(vec![syn::Stmt::Expr(chain.clone(), None)]),
                    Some(els),
                ),
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
        let (leaving, staying) = if first { (then, els) } else { (els, then) };
        let (cond, leaves_if_true) = (&*branch.cond, first);
        Some(Split {
            cond,
            leaves_if_true,
            leaving,
            staying,
            local,
        })
    }
}

impl WaysOut {
    pub(super) fn and(mut self, other: WaysOut) -> WaysOut {
        self.returns |= other.returns;
        self.jumps.extend(other.jumps);
        self
    }
}

impl Finder {
    fn jump(&mut self, label: &Option<syn::Lifetime>, is_break: bool) {
        let label = label.as_ref().map(|label| label.ident.to_string());
        let stays = match &label {
            None => !self.inside.is_empty(),
            Some(_) => self.inside.contains(&label) || self.blocks.contains(&label),
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
        self.ways.returns |= !ret.expr.as_deref().is_some_and(fails);
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

    fn visit_expr_block(&mut self, block: &'ast syn::ExprBlock) {
        let label = block.label.as_ref();
        self.blocks
            .extend(label.map(|label| Some(label.name.ident.to_string())));
        syn::visit::visit_expr_block(self, block);
        if label.is_some() {
            self.blocks.pop();
        }
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
