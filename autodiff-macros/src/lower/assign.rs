//! Assignments, to variables and to parts of them.

use super::Lower;
use super::typing::by_names;
use crate::ir::*;
use crate::rule;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{BinOp, Expr};

impl Lower<'_> {
    pub(super) fn assign(&mut self, assign: &syn::ExprAssign, expr: &Expr) {
        let takes_apart = matches!(
            &*assign.left,
            Expr::Tuple(_) | Expr::Array(_) | Expr::Struct(_) | Expr::Call(_)
        );
        if takes_apart {
            return self.take_apart(&assign.left, &assign.right, expr);
        }
        if let Expr::Infer(_) = &*assign.left {
            self.operand(&assign.right);
            return;
        }
        if self.ty_of(&assign.left).is_passive() {
            return self.passive_assignment(&assign.left, expr);
        }
        let value = self.value(&assign.right);
        self.assign_to(&assign.left, value, expr);
    }

    /// `(a, b) = value;`: all values are there before the first assignment.
    fn take_apart(&mut self, left: &Expr, right: &Expr, expr: &Expr) {
        let mut pairs = Vec::new();
        self.values_for(left, right, &mut pairs);
        for (target, value) in pairs {
            self.assign_part(&target, value, expr);
        }
    }

    /// The value of each target, evaluated in order.
    fn values_for(&mut self, left: &Expr, right: &Expr, pairs: &mut Vec<(Expr, Operand)>) {
        let (targets, parts) = match (left, right) {
            (Expr::Tuple(left), Expr::Tuple(right)) => (&left.elems, &right.elems),
            (Expr::Array(left), Expr::Array(right)) => (&left.elems, &right.elems),
            _ => {
                let value = self.value(right);
                return self.parts_for(left, value, pairs);
            }
        };
        let rest = targets.iter().position(is_rest);
        for (k, part) in parts.iter().enumerate() {
            let target = match rest {
                Some(rest) if k >= rest => (k + targets.len())
                    .checked_sub(parts.len())
                    .filter(|at| *at > rest)
                    .and_then(|at| targets.get(at)),
                _ => targets.get(k),
            };
            match target {
                Some(target) => self.values_for(target, part, pairs),
                None => {
                    self.operand(part);
                }
            }
        }
    }

    /// The parts of a value for the targets that take it apart.
    fn parts_for(&mut self, target: &Expr, value: Operand, pairs: &mut Vec<(Expr, Operand)>) {
        let parts: Vec<(&Expr, Step)> = match target {
            Expr::Paren(inner) => return self.parts_for(&inner.expr, value, pairs),
            Expr::Infer(_) => return,
            Expr::Tuple(tuple) => numbered(tuple.elems.iter())
                .map(|(k, t)| (t, field(k)))
                .collect(),
            Expr::Call(call) => numbered(call.args.iter())
                .map(|(k, t)| (t, field(k)))
                .collect(),
            Expr::Array(array) => numbered(array.elems.iter())
                .map(|(k, t)| (t, element(k)))
                .collect(),
            Expr::Struct(parts) => parts
                .fields
                .iter()
                .map(|part| (&part.expr, Step::Field(part.member.to_token_stream())))
                .collect(),
            _ => return pairs.push((target.clone(), value)),
        };
        let Some(root) = value.var() else {
            return pairs.push((target.clone(), value));
        };
        for (target, step) in parts {
            let place = Place {
                root,
                path: vec![step],
            };
            let ty = self.trace.place_ty(&place);
            let part = self.eqn(Op::Load(place), Vec::new(), ty, target.span());
            self.parts_for(target, part, pairs);
        }
    }

    /// Assigns a part, whether or not it has a derivative.
    fn assign_part(&mut self, target: &Expr, value: Operand, expr: &Expr) {
        match target {
            Expr::Infer(_) => {}
            Expr::Tuple(_) | Expr::Array(_) | Expr::Call(_) | Expr::Struct(_) => {
                let tokens = crate::emit::operand(&value, &self.trace);
                let mut code = self.opaque(target);
                let pattern = &code.tokens;
                code.tokens = quote!(#pattern = #tokens;);
                let writes = code.reads.clone();
                code.reads.extend_from_slice(value.reads());
                self.emit(Stmt::Passive {
                    code,
                    defines: Vec::new(),
                    writes,
                });
            }
            _ => self.assign_to(target, value, expr),
        }
    }

    pub(super) fn assign_to(&mut self, target: &Expr, value: Operand, expr: &Expr) {
        match self.place(target) {
            Some(place) => {
                self.learn_type(place.root, &place, &value);
                self.emit(Stmt::Assign {
                    place,
                    value,
                    span: expr.span(),
                });
            }
            None => self.errors.at(
                target,
                "this cannot be assigned to in a differentiated function; assign to a variable, a \
                 field or an element",
            ),
        }
    }

    /// A variable declared without a type gets that of the first value.
    pub(super) fn learn_type(&mut self, root: VarId, place: &Place, value: &Operand) {
        let unknown = match self.trace.ty(root) {
            Ty::Unknown => true,
            Ty::Maybe(inner) => matches!(**inner, Ty::Unknown),
            _ => false,
        };
        if place.is_whole() && unknown {
            self.trace.var_mut(root).ty = self.trace.operand_ty(value).of_variable();
        }
    }

    /// Any assignment to something without a derivative.
    pub(super) fn passive_assignment(&mut self, left: &Expr, expr: &Expr) {
        let mut code = self.opaque(expr);
        let writes: Vec<VarId> = super::opaque::root_name(left)
            .and_then(|name| self.lookup(&name))
            .into_iter()
            .collect();
        let tokens = &code.tokens;
        code.tokens = quote!(#tokens;);
        self.emit(Stmt::Passive {
            code,
            defines: Vec::new(),
            writes,
        });
    }

    pub(super) fn compound(&mut self, binary: &syn::ExprBinary, expr: &Expr) {
        let rule = match binary.op {
            BinOp::AddAssign(_) | BinOp::SubAssign(_) => None,
            BinOp::MulAssign(_) => Some("mul"),
            BinOp::DivAssign(_) => Some("div"),
            BinOp::RemAssign(_) => Some("rem"),
            _ => return self.passive_assignment(&binary.left, expr),
        };
        if self.ty_of(&binary.left).is_passive() {
            return self.passive_assignment(&binary.left, expr);
        }
        if self.is_unknown(&binary.left) && (rule.is_some() || self.is_unknown(&binary.right)) {
            return self.compound_unknown(binary, expr);
        }
        let value = self.operand(&binary.right);
        let Some(place) = self.place(&binary.left) else {
            self.errors.at(
                &binary.left,
                "this cannot be assigned to in a differentiated function; assign to a variable, a \
                 field or an element",
            );
            return;
        };
        let span = binary.op.span();
        match rule {
            None => {
                let negative = matches!(binary.op, BinOp::SubAssign(_));
                self.emit(Stmt::Accumulate {
                    place,
                    value,
                    negative,
                    span,
                });
            }
            Some(name) => {
                let old = self.eqn(Op::Load(place.clone()), Vec::new(), Ty::Real, span);
                let new = self.rule(rule::operator(name), vec![old, value], span);
                self.emit(Stmt::Assign {
                    place,
                    value: new,
                    span,
                });
            }
        }
    }

    /// `x ∘= y` on values of unknown type, as `x = x ∘ y`.
    fn compound_unknown(&mut self, binary: &syn::ExprBinary, expr: &Expr) {
        let name = match binary.op {
            BinOp::AddAssign(_) => "add",
            BinOp::SubAssign(_) => "sub",
            BinOp::MulAssign(_) => "mul",
            BinOp::DivAssign(_) => "div",
            _ => "rem",
        };
        let span = binary.op.span();
        let value = self.operator(name, &[&binary.left, &binary.right], Ty::Unknown, span);
        if let Some(var) = value.var() {
            self.trace.var_mut(var).moved = true;
        }
        self.assign_to(&binary.left, value, expr);
    }

    /// `x.swap(i, j)`.
    pub(super) fn swap(&mut self, call: &syn::ExprMethodCall, expr: &Expr) {
        let place = match self.ty_of(&call.receiver).behind() {
            Ty::Array(..) | Ty::Slice(_) | Ty::Vec(_) => self.place(&call.receiver),
            _ => None,
        };
        let Some(place) = place else {
            return self.passive_stmt(expr);
        };
        let places: Vec<Place> = call
            .args
            .iter()
            .map(|index| {
                let code = self.opaque_as(index, Ty::Passive);
                let mut place = place.clone();
                place.path.push(Step::Index(self.hold(code)));
                place
            })
            .collect();
        self.exchange(places, expr);
    }

    /// `mem::swap(&mut a, &mut b)`; false if the call is something else.
    pub(super) fn mem_swap(&mut self, call: &syn::ExprCall, expr: &Expr) -> bool {
        let Expr::Path(path) = &*call.func else {
            return false;
        };
        if !by_names(&path.path, |names| matches!(names, [.., "mem", "swap"])) {
            return false;
        }
        let mut places = Vec::new();
        for arg in &call.args {
            let place = match arg {
                Expr::Reference(reference) if reference.mutability.is_some() => {
                    self.place(&reference.expr)
                }
                _ => None,
            };
            match place {
                Some(place) if self.trace.place_ty(&place).may_be_active() => places.push(place),
                _ => return false,
            }
        }
        self.exchange(places, expr);
        true
    }

    /// Each of two places gets the value of the other.
    fn exchange(&mut self, places: Vec<Place>, expr: &Expr) {
        let values: Vec<Operand> = places
            .iter()
            .map(|place| {
                let (place, ty) = (place.clone(), self.trace.place_ty(place));
                if ty.is_copy() {
                    self.eqn(Op::Load(place), Vec::new(), ty, expr.span())
                } else {
                    self.copy_to_move(place, ty, expr.span())
                }
            })
            .collect();
        for (place, value) in places.into_iter().zip(values.into_iter().rev()) {
            let span = expr.span();
            self.emit(Stmt::Assign { place, value, span });
        }
    }
}

/// Targets with their positions, up to a `..`.
fn numbered<'a>(
    targets: impl Iterator<Item = &'a Expr>,
) -> impl Iterator<Item = (usize, &'a Expr)> {
    targets
        .enumerate()
        .take_while(|(_, target)| !is_rest(target))
}

/// `..` on the left of an assignment.
fn is_rest(target: &Expr) -> bool {
    matches!(target, Expr::Range(range) if range.start.is_none() && range.end.is_none())
}

fn field(k: usize) -> Step {
    Step::Field(proc_macro2::Literal::usize_unsuffixed(k).to_token_stream())
}

fn element(k: usize) -> Step {
    Step::Index(Operand::Code(super::pattern::number(k)))
}
