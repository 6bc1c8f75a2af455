//! Which operand holds the value of an expression?

use super::Lower;
use super::typing::by_names;
use crate::ir::*;
use crate::rule;
use crate::signature::Base;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Lit, UnOp};

impl Lower<'_> {
    /// Emits the equations of `expr` and returns its value.
    pub(super) fn operand(&mut self, expr: &Expr) -> Operand {
        if let Some(value) = self.by_entries(expr) {
            return value;
        }
        match expr {
            Expr::Paren(inner) => return self.operand(&inner.expr),
            Expr::Group(inner) => return self.operand(&inner.expr),
            Expr::Lit(lit) => return self.literal(lit),
            Expr::Unary(unary)
                if matches!(unary.op, UnOp::Neg(_))
                    && matches!(&*unary.expr, Expr::Lit(lit) if matches!(lit.lit, Lit::Float(_))) =>
            {
                return self.unary(unary, expr);
            }
            Expr::If(branch) if self.must_lower(expr) => return self.if_value(branch, expr),
            Expr::Block(block) if block.label.is_none() && self.must_lower(expr) => {
                return self.block_value(&block.block);
            }
            Expr::Call(call) if makes_empty(call) => return self.empty(call, expr),
            Expr::Call(call) if self.is_closure_call(call) && self.must_lower(expr) => {
                return self.closure_call(call, expr);
            }
            Expr::Block(block) if self.must_lower(expr) => {
                return self.labelled_value(block, expr);
            }
            Expr::Match(matching) if self.must_take_apart(expr) => {
                return self.match_value(matching, expr);
            }
            Expr::Loop(endless) if self.must_take_apart(expr) => {
                return self.loop_value(endless, expr);
            }
            Expr::Assign(_) => {
                self.expr_stmt(expr);
                return self.constant(quote!(()));
            }
            Expr::Binary(binary) if super::opaque::is_assigning(&binary.op) => {
                self.expr_stmt(expr);
                return self.constant(quote!(()));
            }
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => {
                self.exit(expr);
                return self.constant(quote!(::autodiff_runtime::private::placeholder()));
            }
            Expr::Call(call) if self.is_differentiable_call(call) => {
                return self.call_value(call, expr);
            }
            _ => {}
        }
        if let Expr::Try(tried) = expr
            && self.must_take_apart(expr)
        {
            return self.tried(tried, expr);
        }
        if self.ty_of(expr).is_passive() || !self.mentions_real(expr) {
            let code = self.opaque(expr);
            // What can change before the value is used is looked at now.
            return if code.pure && self.is_steady(&code) {
                Operand::Code(code)
            } else {
                self.hold(code)
            };
        }
        match expr {
            Expr::Path(_) | Expr::Index(_) | Expr::Field(_) => match self.place(expr) {
                Some(place) => self.load(place, expr),
                None => self.part_of_value(expr),
            },
            Expr::Unary(unary) => self.unary(unary, expr),
            Expr::Binary(binary) => self.binary(binary, expr),
            Expr::MethodCall(call) => self.method(call, expr),
            Expr::Call(call) => match self.wrap(call, expr) {
                Some(wrapped) => wrapped,
                None if self.is_tuple_struct(call) => self.tuple_struct_value(call),
                None => self.float_function(call, expr),
            },
            Expr::Array(array) => self.aggregate(Op::Array, array.elems.iter(), expr),
            Expr::Tuple(tuple) => self.aggregate(Op::Tuple, tuple.elems.iter(), expr),
            Expr::Repeat(repeat) => {
                let value = self.repeated(&repeat.expr);
                let len = self.renamed(repeat.len.to_token_stream());
                let ty = Ty::Array(Box::new(self.trace.operand_ty(&value)), Some(len.clone()));
                self.eqn(Op::Repeat(len), vec![value], ty, expr.span())
            }
            Expr::Macro(mac) => self.macro_value(&mac.mac, expr),
            Expr::Reference(reference) if reference.mutability.is_none() => {
                self.operand(&reference.expr)
            }
            Expr::Cast(cast) => self.cast(cast, expr),
            Expr::Struct(literal) => self.struct_value(literal),
            other => {
                let message = unsupported(other);
                let code = self.opaque_or(other, message);
                self.hold(code)
            }
        }
    }

    /// `Vec::new()`, `Vec::with_capacity(n)`, or a value that is never looked at.
    fn empty(&mut self, call: &syn::ExprCall, expr: &Expr) -> Operand {
        let mut reads = Vec::new();
        let args: Vec<_> = call
            .args
            .iter()
            .map(|arg| {
                let code = self.opaque_as(arg, Ty::Passive);
                let held = self.hold(code);
                reads.extend_from_slice(held.reads());
                crate::emit::operand(&held, &self.trace)
            })
            .collect();
        let func = &call.func;
        Operand::Code(Code {
            tokens: quote!(#func(#(#args),*)),
            reads,
            pure: true,
            ty: self.ty_of(expr),
            span: expr.span(),
        })
    }

    /// A literal; a float keeps its tokens.
    pub(super) fn literal(&mut self, lit: &syn::ExprLit) -> Operand {
        let parsed = match &lit.lit {
            Lit::Float(float) => float.base10_parse::<f64>().ok(),
            Lit::Int(int) if matches!(int.suffix(), "f64" | "f32") => int.base10_parse().ok(),
            _ => None,
        };
        match parsed {
            Some(value) if self.base != Base::Parameter => {
                Operand::Lit(value, Some(lit.to_token_stream()))
            }
            _ => {
                let code = self.opaque(&Expr::Lit(lit.clone()));
                Operand::Code(code)
            }
        }
    }

    fn unary(&mut self, unary: &syn::ExprUnary, expr: &Expr) -> Operand {
        match unary.op {
            UnOp::Neg(_) => {
                if let Expr::Lit(lit) = &*unary.expr
                    && let Operand::Lit(value, Some(tokens)) = self.literal(lit)
                {
                    return Operand::Lit(-value, Some(quote!(-#tokens)));
                }
                if self.is_unknown(&unary.expr) {
                    return self.negated_unknown(unary);
                }
                let value = self.operand(&unary.expr);
                self.rule(rule::operator("neg"), vec![value], expr.span())
            }
            UnOp::Deref(_) => match self.place(expr) {
                Some(place) => self.load(place, expr),
                None => self.operand(&unary.expr),
            },
            _ => {
                let code = self.opaque(expr);
                self.hold(code)
            }
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary, expr: &Expr) -> Operand {
        let name = match binary.op {
            BinOp::Add(_) => "add",
            BinOp::Sub(_) => "sub",
            BinOp::Mul(_) => "mul",
            BinOp::Div(_) => "div",
            BinOp::Rem(_) => "rem",
            _ => {
                let code = self.opaque(expr);
                return self.hold(code);
            }
        };
        let by_type = |expr: &Expr| self.is_unknown(expr) || is_made_by_a_type(expr);
        if by_type(&binary.left) || by_type(&binary.right) {
            let (ty, span) = (self.ty_of(expr), binary.op.span());
            return self.operator(name, &[&binary.left, &binary.right], ty, span);
        }
        let left = self.operand(&binary.left);
        let right = self.operand(&binary.right);
        let span = binary.op.span();
        self.rule(rule::operator(name), vec![left, right], span)
    }

    fn aggregate<'a>(
        &mut self,
        op: Op,
        parts: impl Iterator<Item = &'a Expr>,
        expr: &Expr,
    ) -> Operand {
        let args: Vec<Operand> = parts.map(|part| self.value(part)).collect();
        let ty = self.aggregate_ty(&op, &args, self.ty_of(expr));
        self.eqn(op, args, ty, expr.span())
    }

    /// The type of an aggregate, now that its parts are known.
    fn aggregate_ty(&self, op: &Op, args: &[Operand], guess: Ty) -> Ty {
        let parts = args.iter().map(|arg| self.trace.operand_ty(arg));
        match (op, guess) {
            (Op::Tuple, _) => Ty::Tuple(parts.collect()),
            (_, Ty::Array(_, len)) => Ty::Array(Box::new(Ty::of_equals(parts)), len),
            (Op::VecOf, _) => Ty::Vec(Box::new(Ty::of_equals(parts))),
            (_, guess) => guess,
        }
    }

    /// The value of `expr` in a position that takes it over: a variable that cannot be copied is
    /// moved there.
    pub(super) fn value(&mut self, expr: &Expr) -> Operand {
        let operand = self.operand(expr);
        if let Operand::Var(var) = operand {
            let moves = !self.trace.ty(var).is_copy() && !self.trace.ty(var).is_passive();
            if moves {
                self.trace.var_mut(var).moved = true;
            }
        }
        operand
    }

    /// `g(x).0`, `make()[i]`: a part of a value that has no name yet.
    fn part_of_value(&mut self, expr: &Expr) -> Operand {
        let base = match expr {
            Expr::Field(field) => &field.base,
            Expr::Index(index) => &index.expr,
            _ => {
                let code = self.opaque_or(expr, unsupported(expr));
                return self.hold(code);
            }
        };
        let Operand::Var(root) = self.operand(base) else {
            let code = self.opaque_or(expr, unsupported(expr));
            return self.hold(code);
        };
        let mut place = Place::whole(root);
        place.path.push(match expr {
            Expr::Field(field) => Step::Field(field.member.to_token_stream()),
            Expr::Index(index) => {
                let code = self.opaque_as(&index.index, Ty::Passive);
                Step::Index(self.hold(code))
            }
            _ => unreachable!("only fields and elements reach this line"),
        });
        self.load(place, expr)
    }

    /// `vec![…]`; other macros only without active values.
    fn macro_value(&mut self, mac: &syn::Macro, expr: &Expr) -> Operand {
        if is_vec(&mac.path) {
            if let Ok(repeat) = syn::parse2::<syn::ExprRepeat>(bracketed(&mac.tokens)) {
                let value = self.repeated(&repeat.expr);
                let len = self.opaque_as(&repeat.len, Ty::Passive);
                let len = self.hold(len);
                let ty = Ty::Vec(Box::new(self.trace.operand_ty(&value)));
                return self.eqn(Op::VecRepeat, vec![value, len], ty, expr.span());
            }
            if let Ok(list) = syn::parse2::<syn::ExprArray>(bracketed(&mac.tokens)) {
                return self.aggregate(Op::VecOf, list.elems.iter(), expr);
            }
        }
        if let Some(value) = self.popped(mac) {
            return value;
        }
        let name = mac.path.to_token_stream();
        let code = self.opaque_or(
            expr,
            format!(
                "the macro `{name}!` is given active values: what it does with them is not visible \
                 here; write out what it stands for"
            ),
        );
        self.hold(code)
    }

    /// What `[value; n]` repeats: something that holds its own numbers.
    fn repeated(&mut self, expr: &Expr) -> Operand {
        let value = self.value(expr);
        if let Some(var) = value.var()
            && matches!(self.trace.ty(var), Ty::Ref(..))
        {
            self.hazard(
                vec![var],
                expr,
                "an array of references to active values is not supported by `#[differentiate]`; \
                 repeat a copy, or use the reference itself",
            );
        }
        value
    }

    fn cast(&mut self, cast: &syn::ExprCast, expr: &Expr) -> Operand {
        let target = cast.ty.to_token_stream().to_string();
        if self.ty_of(&cast.expr).is_passive() {
            return Operand::Code(self.opaque(expr));
        }
        if self.is_unknown(&cast.expr) && target == self.base.tokens().to_string() {
            return self.cast_unknown(cast);
        }
        if matches!(target.as_str(), "f64" | "f32") && self.base != Base::Parameter {
            return self.converted(&cast.expr, &target, expr);
        }
        let code = self.opaque_or(
            expr,
            format!(
                "an active value is cast to `{target}`, which the macro does not know; cast to \
                 `f64`, `f32` or an integer type by its own name"
            ),
        );
        self.hold(code)
    }

    /// A float in the precision `target`: a linear operation.
    pub(super) fn converted(&mut self, value: &Expr, target: &str, expr: &Expr) -> Operand {
        let value = self.operand(value);
        let own = target == self.base.tokens().to_string();
        if own && matches!(self.trace.operand_ty(&value), Ty::Real) && self.is_own(&value) {
            return value;
        }
        let ty = if own { Ty::Real } else { Ty::Other };
        let target = proc_macro2::Ident::new(target, expr.span());
        self.eqn(Op::Cast(quote!(#target)), vec![value], ty, expr.span())
    }

    /// Whether a float is known to have the precision of the function: a parameter or a part of
    /// one.
    fn is_own(&self, operand: &Operand) -> bool {
        let last = self.regions.last().and_then(|region| region.0.last());
        let loaded = match last {
            Some(Stmt::Let(eqn)) if Some(eqn.var) == operand.var() => match &eqn.op {
                Op::Load(place) => Some(place.root),
                _ => None,
            },
            _ => operand.var(),
        };
        loaded.is_some_and(|var| self.trace.var(var).kind == Kind::Param)
    }
}

fn makes_empty(call: &syn::ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    by_names(&path.path, |names| {
        matches!(
            names,
            [.., "Vec", "new" | "with_capacity"] | ["autodiff_runtime", "private", "placeholder"]
        )
    })
}

/// `vec`, `std::vec`.
pub(super) fn is_vec(path: &syn::Path) -> bool {
    by_names(path, |names| {
        matches!(names, ["vec"] | ["std" | "alloc", "vec"])
    })
}

pub(super) fn bracketed(tokens: &proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    quote!([#tokens])
}

/// Whether a function is the constructor of an enum's variant.
fn constructs(func: &Expr) -> bool {
    let Expr::Path(path) = func else { return false };
    let segments = &path.path.segments;
    let upper =
        |segment: &syn::PathSegment| segment.ident.to_string().starts_with(char::is_uppercase);
    segments.len() > 1 && segments.iter().rev().take(2).all(upper)
}

/// What is said of an expression that the macro does not differentiate.
pub(super) fn unsupported(expr: &Expr) -> String {
    let (what, instead) = match expr {
        // The fence has said what there is to say.
        Expr::Unsafe(_) | Expr::Async(_) | Expr::Await(_) | Expr::RawAddr(_) | Expr::Try(_) => {
            return String::new();
        }
        Expr::Macro(mac) if mac.mac.path.is_ident("asm") => return String::new(),
        Expr::Call(call) if constructs(&call.func) => (
            "an enum that holds active values",
            "hold them in variables, a tuple or a struct, and let an enum without them say which \
             case it is",
        ),
        Expr::Call(_) => (
            "a call of a function value with active values",
            "which function it is is not known here: call a function under `#[differentiate]` by \
             its name, or choose between such calls by `if`",
        ),
        Expr::Closure(_) => (
            "a closure over active values that is handed on",
            "bind it by `let` and call it, pass it to an iterator, or write a function of its own",
        ),
        Expr::Struct(_) => (
            "a struct of active values",
            "use a tuple, an array or variables",
        ),
        Expr::Reference(_) => (
            "a mutable reference to active values outside of a call",
            "use the variable itself",
        ),
        Expr::Range(_) => ("a range of active values", "loop over integers"),
        _ => (
            "this expression on active values",
            "write it with operators, float methods and loops",
        ),
    };
    format!("{what} is not supported by `#[differentiate]`; {instead}")
}

/// Whether a value comes from a function of a type, such as `Matrix2::identity()`, in which case the
/// type may have operators of its own.
fn is_made_by_a_type(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_made_by_a_type(&inner.expr),
        Expr::Group(inner) => is_made_by_a_type(&inner.expr),
        Expr::Reference(reference) => is_made_by_a_type(&reference.expr),
        Expr::MethodCall(call) => is_made_by_a_type(&call.receiver),
        Expr::Binary(binary) => is_made_by_a_type(&binary.left) || is_made_by_a_type(&binary.right),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                let ty = path.path.segments.iter().rev().nth(1);
                ty.is_some_and(|ty| ty.ident.to_string().starts_with(char::is_uppercase))
            }
            _ => false,
        },
        _ => false,
    }
}
