//! Ways out of the function in the middle of an expression.
//!
//! `a + if c { return b } else { d }` leaves before the sum is evaluated. Such a part becomes a `let` in front of the
//! statement, behind which all that follows can be guarded; what is evaluated before it goes there
//! as well, so that the order stays.

use super::Lower;
use super::exits::escapes;
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, Stmt};

impl Lower<'_> {
    /// The statement with the ways out inside of its operands put in front; `None` if there are
    /// none.
    pub(super) fn hoisted(&mut self, stmt: &Stmt) -> Option<Vec<Stmt>> {
        let mut hoist = Hoist {
            lower: self,
            before: Vec::new(),
        };
        let mut stmt = stmt.clone();
        match &mut stmt {
            Stmt::Local(local) => hoist.root(&mut local.init.as_mut()?.expr),
            Stmt::Expr(Expr::Assign(assign), _) if branches(&assign.right) => {
                let mut value = (*assign.right).clone();
                push_into(&assign.left, &mut value);
                return Some(vec![Stmt::Expr(value, Some(Default::default()))]);
            }
            Stmt::Expr(expr, _) => hoist.root(expr),
            Stmt::Item(_) | Stmt::Macro(_) => return None,
        }
        if hoist.before.is_empty() {
            return None;
        }
        let mut list = hoist.before;
        list.push(stmt);
        Some(list)
    }
}

/// Whether a value comes from branches of which some leave.
fn branches(value: &Expr) -> bool {
    let branches = match value {
        Expr::Block(block) => block.label.is_none(),
        other => matches!(other, Expr::If(_) | Expr::Match(_)),
    };
    branches && escapes(value)
}

/// `x = if c { a } else { return b };` as `if c { x = a } else { return b }`: there is no value
/// where the branch leaves.
fn push_into(target: &Expr, value: &mut Expr) {
    fn block(target: &Expr, block: &mut syn::Block) {
        if let Some(Stmt::Expr(tail, None)) = block.stmts.last_mut() {
            push_into(target, tail);
        }
    }
    match value {
        Expr::Paren(inner) => push_into(target, &mut inner.expr),
        Expr::If(branch) => {
            block(target, &mut branch.then_branch);
            if let Some((_, els)) = &mut branch.else_branch {
                push_into(target, els);
            }
        }
        Expr::Match(matching) => {
            for arm in &mut matching.arms {
                push_into(target, &mut arm.body);
                arm.comma.get_or_insert_default();
            }
        }
        Expr::Block(inner) if inner.label.is_none() => block(target, &mut inner.block),
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => {}
        other if super::control::diverges(other) => {}
        other => {
            let value = other.clone();
            *other = syn::parse_quote!(#target = #value);
        }
    }
}

struct Hoist<'a, 'b> {
    lower: &'a mut Lower<'b>,
    before: Vec<Stmt>,
}

impl Hoist<'_, '_> {
    /// An expression that may leave as a whole: only its operands are looked at.
    fn root(&mut self, expr: &mut Expr) {
        if !escapes(expr) {
            return;
        }
        short_circuit(expr);
        match expr {
            Expr::If(branch) => self.condition(&mut branch.cond),
            Expr::Match(matching) => self.visit_expr_mut(&mut matching.expr),
            Expr::ForLoop(for_loop) => self.visit_expr_mut(&mut for_loop.expr),
            Expr::Return(ret) => ret
                .expr
                .iter_mut()
                .for_each(|value| self.visit_expr_mut(value)),
            Expr::Break(out) => out
                .expr
                .iter_mut()
                .for_each(|value| self.visit_expr_mut(value)),
            Expr::Paren(inner) => self.root(&mut inner.expr),
            Expr::Group(inner) => self.root(&mut inner.expr),
            Expr::Block(_) | Expr::Loop(_) | Expr::While(_) | Expr::Continue(_) => {}
            _ => self.operands(expr),
        }
    }

    /// A condition: of patterns and `&&` only what is evaluated in any case.
    fn condition(&mut self, cond: &mut Expr) {
        match cond {
            Expr::Let(pattern) => self.visit_expr_mut(&mut pattern.expr),
            Expr::Binary(binary)
                if matches!(binary.op, syn::BinOp::And(_))
                    && super::exits::contains_let(&Expr::Binary(binary.clone())) =>
            {
                self.condition(&mut binary.left);
            }
            _ => self.visit_expr_mut(cond),
        }
    }

    /// The operands of an expression, in order.
    fn operands(&mut self, expr: &mut Expr) {
        let mut parts = operands_of(expr);
        if parts.is_empty() {
            return syn::visit_mut::visit_expr_mut(self, expr);
        }
        let last = parts.iter().rposition(|part| escapes(part));
        for (k, part) in parts.iter_mut().enumerate() {
            if escapes(part) {
                self.visit_expr_mut(part);
            } else if last.is_some_and(|last| k < last) && self.may_change(part) {
                self.put_in_front(part);
            }
        }
    }

    /// Whether what comes later could change the value of an operand.
    fn may_change(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Lit(_) | Expr::Reference(_) | Expr::Closure(_) => false,
            Expr::Path(path) => {
                let var = path
                    .path
                    .get_ident()
                    .and_then(|name| self.lower.lookup(&name.to_string()));
                var.is_some_and(|var| self.lower.trace.var(var).kind == crate::ir::Kind::Slot)
            }
            _ => true,
        }
    }

    fn put_in_front(&mut self, expr: &mut Expr) {
        let span = expr.span().resolved_at(Span::mixed_site());
        let name = self.lower.trace.names.fresh("v", span);
        let value = std::mem::replace(expr, syn::parse_quote!(#name));
        self.before.push(syn::parse_quote!(let #name = #value;));
    }
}

/// The parts of an expression that are values and evaluated in this order.
fn operands_of(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Binary(binary) => match super::opaque::is_assigning(&binary.op) {
            true => vec![&mut binary.right],
            false => vec![&mut binary.left, &mut binary.right],
        },
        Expr::Assign(assign) => vec![&mut assign.right],
        Expr::Call(call) => call.args.iter_mut().collect(),
        Expr::Tuple(tuple) => tuple.elems.iter_mut().collect(),
        Expr::Array(array) => array.elems.iter_mut().collect(),
        Expr::MethodCall(call) => {
            let mut parts = vec![&mut *call.receiver];
            parts.extend(call.args.iter_mut());
            parts
        }
        _ => Vec::new(),
    }
}

impl VisitMut for Hoist<'_, '_> {
    /// An operand: what leaves is put in front of the statement.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if !escapes(expr) {
            return;
        }
        self.root(expr);
        let leaves = matches!(
            expr,
            Expr::If(_)
                | Expr::Match(_)
                | Expr::Block(_)
                | Expr::Loop(_)
                | Expr::Return(_)
                | Expr::Break(_)
                | Expr::Continue(_)
        );
        if leaves {
            self.put_in_front(expr);
        }
    }

    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
}

/// `a && b` evaluates `b` only if `a` holds.
fn short_circuit(expr: &mut Expr) {
    let Expr::Binary(binary) = expr else { return };
    let (left, right) = (&binary.left, &binary.right);
    if !escapes(right) {
        return;
    }
    match binary.op {
        syn::BinOp::And(_) => *expr = syn::parse_quote!(if #left { #right } else { false }),
        syn::BinOp::Or(_) => *expr = syn::parse_quote!(if #left { true } else { #right }),
        _ => {}
    }
}
