//! What type does an expression have, as far as its tokens tell?

use super::Lower;
use crate::ir::Ty;
use crate::rule;
use crate::signature::{Base, float, shape_of};
use proc_macro2::Literal;
use quote::ToTokens;
use syn::{BinOp, Expr, Lit, UnOp};

/// Methods whose result never carries a derivative.
pub const PASSIVE_METHODS: &[&str] = &[
    "len",
    "nrows",
    "ncols",
    "shape",
    "is_square",
    "is_empty",
    "is_nan",
    "is_finite",
    "is_infinite",
    "is_normal",
    "is_sign_positive",
    "is_sign_negative",
    "total_cmp",
    "partial_cmp",
    "to_bits",
    "capacity",
    "classify",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "to_string",
    "is_some",
    "is_none",
    "is_ok",
    "is_err",
    "is_some_and",
    "is_none_or",
];

impl Lower<'_> {
    /// The type of `expr`; `Unknown` where the tokens do not tell.
    pub(super) fn ty_of(&self, expr: &Expr) -> Ty {
        match expr {
            Expr::Lit(lit) => match lit_ty(&lit.lit) {
                Ty::Real if self.is_other(&lit.lit) => Ty::Other,
                ty => ty,
            },
            Expr::Paren(inner) => self.ty_of(&inner.expr),
            Expr::Group(inner) => self.ty_of(&inner.expr),
            Expr::Path(path) if self.guessed(path).is_some() => {
                self.guessed(path).expect("checked in the line above")
            }
            Expr::Path(path) => match path.path.get_ident().map(|i| self.lookup(&i.to_string())) {
                Some(Some(var)) => self.trace.ty(var).clone(),
                None => constant_ty(&path.path),
                _ if path.path.is_ident("None") => Ty::Maybe(Box::new(Ty::Unknown)),
                _ => Ty::Unknown,
            },
            Expr::Unary(unary) => match unary.op {
                UnOp::Not(_) => Ty::Passive,
                UnOp::Deref(_) => self.ty_of(&unary.expr).behind().clone(),
                _ => scalar(self.ty_of(&unary.expr)),
            },
            Expr::Binary(binary) => match binary.op {
                BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_) => {
                    of_operator(
                        &binary.op,
                        self.ty_of(&binary.left),
                        self.ty_of(&binary.right),
                    )
                }
                _ => Ty::Passive,
            },
            Expr::Cast(cast) => self.shape_of(&cast.ty),
            Expr::Reference(r) => {
                let inner = self.ty_of(&r.expr);
                if inner.is_passive() {
                    inner
                } else {
                    Ty::Ref(Box::new(inner), r.mutability.is_some())
                }
            }
            Expr::Index(index) => self.index_ty(index),
            Expr::Field(field) => {
                let base = self.ty_of(&field.base).behind().clone();
                match (
                    &base,
                    field.member.to_token_stream().to_string().parse::<usize>(),
                ) {
                    (Ty::Tuple(parts), Ok(i)) if i < parts.len() => parts[i].clone(),
                    (Ty::Passive | Ty::Opaque, _) => Ty::Opaque,
                    _ => Ty::Unknown,
                }
            }
            Expr::MethodCall(call) => self.method_ty(call),
            Expr::Call(call) => match super::fallible::constructed(expr) {
                Some(inner) if quote::quote!(#call).to_string().contains("Some") => {
                    Ty::Maybe(Box::new(self.ty_of(inner))).or_passive()
                }
                Some(inner) if self.ty_of(inner).is_passive() => self.ty_of(inner),
                _ => call_ty(call),
            },
            Expr::Array(array) => Ty::Array(
                Box::new(Ty::of_equals(array.elems.iter().map(|e| self.ty_of(e)))),
                Some(Literal::usize_unsuffixed(array.elems.len()).to_token_stream()),
            )
            .or_passive(),
            Expr::Repeat(repeat) => Ty::Array(
                Box::new(self.ty_of(&repeat.expr)),
                Some(repeat.len.to_token_stream()),
            )
            .or_passive(),
            Expr::Tuple(tuple) => {
                Ty::Tuple(tuple.elems.iter().map(|part| self.ty_of(part)).collect()).or_passive()
            }
            Expr::Range(_) => Ty::Passive,
            Expr::Macro(mac) if super::expr::is_vec(&mac.mac.path) => self.vec_ty(&mac.mac.tokens),
            Expr::Match(matching) => self.match_ty(matching),
            Expr::If(branch) => match branch.then_branch.stmts.last() {
                Some(syn::Stmt::Expr(tail, None)) => self.branch_ty(branch, tail),
                _ => Ty::Passive,
            },
            _ => Ty::Unknown,
        }
    }

    /// What the macro knows of a type; floats of the other precision are told apart.
    pub(super) fn shape_of(&self, ty: &syn::Type) -> Ty {
        let shape = shape_of(ty);
        match self.is_other(&ty) {
            true => shape.with_floats(&Ty::Other),
            false => shape,
        }
    }

    /// Whether a type or a literal is of the other precision.
    fn is_other(&self, of: &impl ToTokens) -> bool {
        let text = of.to_token_stream().to_string();
        match self.base {
            Base::F64 => text.contains("f32") && !text.contains("f64"),
            Base::F32 => text.contains("f64") && !text.contains("f32"),
            Base::Parameter => false,
        }
    }

    /// The type of an `if`: of its branches, whose own variables are not in scope yet.
    fn branch_ty(&self, branch: &syn::ExprIf, tail: &Expr) -> Ty {
        let ours = self.ty_of(tail);
        if !matches!(ours, Ty::Unknown | Ty::Opaque) {
            return ours;
        }
        let other = match branch.else_branch.as_ref().map(|(_, other)| &**other) {
            Some(Expr::Block(block)) => match block.block.stmts.last() {
                Some(syn::Stmt::Expr(tail, None)) => self.ty_of(tail),
                _ => Ty::Unknown,
            },
            Some(other) => self.ty_of(other),
            None => Ty::Unknown,
        };
        Ty::of_equals([ours, other].into_iter())
    }

    fn vec_ty(&self, tokens: &proc_macro2::TokenStream) -> Ty {
        let tokens = super::expr::bracketed(tokens);
        let element = match syn::parse2::<Expr>(tokens) {
            Ok(Expr::Repeat(repeat)) => self.ty_of(&repeat.expr),
            Ok(Expr::Array(array)) => Ty::of_equals(array.elems.iter().map(|e| self.ty_of(e))),
            _ => Ty::Unknown,
        };
        Ty::Vec(Box::new(element)).or_passive()
    }

    fn index_ty(&self, index: &syn::ExprIndex) -> Ty {
        let base = self.ty_of(&index.expr);
        match &*index.index {
            Expr::Range(_) => Ty::Slice(Box::new(base.element())).or_passive(),
            _ => base.element(),
        }
    }

    fn method_ty(&self, call: &syn::ExprMethodCall) -> Ty {
        let name = call.method.to_string();
        if PASSIVE_METHODS.contains(&name.as_str()) {
            return Ty::Passive;
        }
        let receiver = self.ty_of(&call.receiver);
        match name.as_str() {
            "sin_cos" => Ty::Tuple(vec![Ty::Real, Ty::Real]),
            "clone" | "to_owned" => receiver.behind().clone(),
            "as_ref" | "copied" | "cloned" if matches!(receiver.behind(), Ty::Maybe(_)) => {
                receiver.behind().clone()
            }
            "unwrap" | "expect" | "unwrap_or" | "unwrap_or_else" | "unwrap_or_default" => {
                match receiver.behind() {
                    Ty::Maybe(inner) => (**inner).clone(),
                    // `position(…).unwrap_or(0)`
                    Ty::Passive if call.args.iter().all(|arg| self.ty_of(arg).is_passive()) => {
                        Ty::Passive
                    }
                    _ => Ty::Unknown,
                }
            }
            "to_vec" => Ty::Vec(Box::new(receiver.element())).or_passive(),
            "as_slice" | "as_mut_slice" => {
                Ty::Ref(Box::new(Ty::Slice(Box::new(receiver.element()))), false)
            }
            name if super::iter::is_consumer(name) && self.is_iterator(&call.receiver) => {
                self.chain_ty(call)
            }
            _ if matches!(receiver.behind(), Ty::Unknown) => Ty::Unknown,
            _ if rule::row(&name).is_some() => call
                .args
                .iter()
                .fold(scalar(receiver), |ty, arg| join(ty, self.ty_of(arg))),
            _ => Ty::Unknown,
        }
    }

    /// The type that a name in a closure is supposed to have.
    fn guessed(&self, path: &syn::ExprPath) -> Option<Ty> {
        let name = path.path.get_ident()?;
        let guesses = self.guesses.borrow();
        let known = guesses.iter().rev().find(|(known, _)| name == known)?;
        Some(known.1.clone())
    }

    /// Whether `expr` names a variable whose type could carry a derivative.
    pub(super) fn mentions_real(&self, expr: &impl ToTokens) -> bool {
        self.assume_active
            || self
                .variables_in(expr.to_token_stream())
                .iter()
                .any(|var| self.trace.ty(*var).may_be_active())
    }
}

impl Ty {
    /// A container of passive things is passive.
    fn or_passive(self) -> Ty {
        match (self.may_be_active(), self.has_opaque()) {
            (true, _) => self,
            (false, true) => Ty::Opaque,
            (false, false) => Ty::Passive,
        }
    }
}

/// `f64::MAX`, `std::f64::consts::PI`.
fn constant_ty(path: &syn::Path) -> Ty {
    by_names(path, |names| match names {
        [.., "f64" | "f32", _] | [.., "consts", _] if float::parameter().is_some() => Ty::Opaque,
        [.., "f64" | "f32", _] | [.., "f64" | "f32", "consts", _] | ["consts", _] => Ty::Real,
        _ => Ty::Unknown,
    })
}

/// What `look` finds in the names along a path: `["mem", "swap"]`.
pub(super) fn by_names<R>(path: &syn::Path, look: impl FnOnce(&[&str]) -> R) -> R {
    let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    look(&names)
}

fn lit_ty(lit: &Lit) -> Ty {
    match lit {
        // Beside a type parameter for floats, a literal is a plain number.
        Lit::Float(_) if float::parameter().is_some() => Ty::Opaque,
        Lit::Float(_) => Ty::Real,
        Lit::Int(int) if matches!(int.suffix(), "f64" | "f32") => Ty::Real,
        _ => Ty::Passive,
    }
}

/// The result of an operator on two operands. Rust converts no integer, so the other operand of one
/// is an integer too; and nothing but a float is added to a float or divides one.
fn of_operator(op: &BinOp, left: Ty, right: Ty) -> Ty {
    match (left.behind(), right.behind(), op) {
        (Ty::Unknown, Ty::Passive, _) | (Ty::Passive, Ty::Unknown, _) => Ty::Passive,
        (Ty::Unknown, Ty::Real, BinOp::Mul(_) | BinOp::Div(_))
        | (Ty::Real, Ty::Unknown, BinOp::Mul(_)) => Ty::Unknown,
        _ => join(left, right),
    }
}

/// The result of a method of a float.
fn join(left: Ty, right: Ty) -> Ty {
    match (left.behind(), right.behind()) {
        (Ty::Other, _) | (_, Ty::Other) => Ty::Other,
        (Ty::Real, _) | (_, Ty::Real) => Ty::Real,
        (Ty::Passive, Ty::Passive) => Ty::Passive,
        (Ty::Passive | Ty::Opaque, Ty::Passive | Ty::Opaque) => Ty::Opaque,
        _ => Ty::Unknown,
    }
}

/// The result of an operator on one operand.
fn scalar(ty: Ty) -> Ty {
    ty.behind().clone()
}

/// `f64::from(n)` is a float, `usize::from(n)` is not; of other functions nothing is known.
fn call_ty(call: &syn::ExprCall) -> Ty {
    let Expr::Path(path) = &*call.func else {
        return Ty::Unknown;
    };
    by_names(&path.path, |names| match names {
        [.., "f64" | "f32", _] if float::parameter().is_some() => Ty::Opaque,
        [.., "f64" | "f32", _] => Ty::Real,
        [.., "Vec", "new" | "with_capacity"] => Ty::Vec(Box::new(Ty::Unknown)),
        [ty, _] if float::parameter().is_some_and(|float| float == ty) => Ty::Real,
        [
            ..,
            "usize" | "u64" | "u32" | "i64" | "i32" | "u8" | "u16" | "isize",
            _,
        ] => Ty::Passive,
        _ => Ty::Unknown,
    })
}
