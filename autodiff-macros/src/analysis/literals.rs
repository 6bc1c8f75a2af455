//! Which float is a literal?
//!
//! In the user's function a call may say it: after `g(h)`, where `g` takes an `f64`, the `h` of
//! `let h = 0.1;` can be asked for its `sin`. Derivatives call something else in this place. A
//! variable that starts from literals therefore gets a type if a method is called on it or on
//! what is computed from it, unless something whose type only `rustc` knows has a part in it.

use crate::ir::*;
use crate::signature::Base;
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use std::collections::HashSet;

const OPERATORS: &[&str] = &["add", "sub", "mul", "div", "rem", "neg"];

/// Annotates the variables of `trace` that need it: with the function's float type, or with the
/// other one. Numbers that meet one of the other precision have it as well.
pub fn annotate(trace: &mut Trace, base: Base) {
    let (name, own, other) = match base {
        Base::F64 => ("f64", quote!(f64), quote!(f32)),
        Base::F32 => ("f32", quote!(f32), quote!(f64)),
        // Literals of a generic function say what they are.
        Base::Parameter => return,
    };
    let mut floats = Floats {
        own: name,
        parent: (0..trace.vars.len()).collect(),
        called: vec![false; trace.vars.len()],
        foreign: vec![false; trace.vars.len()],
        given: trace.vars.iter().map(is_given).collect(),
        literal: Vec::new(),
    };
    let body = std::mem::take(&mut trace.body);
    body.walk(&mut |stmt| floats.stmt(stmt, trace));
    trace.body = body;
    floats.spread_other(trace);
    for var in std::mem::take(&mut floats.literal) {
        if trace.var(var).annotation.is_some()
            || !floats.in_class(var, |f, k| f.called[k])
            || (floats.in_class(var, |f, k| f.foreign[k])
                && !floats.in_class(var, |f, k| f.given[k]))
        {
            continue;
        }
        let base = match trace.ty(var).clone().has_other() {
            true => &other,
            false => &own,
        };
        trace.var_mut(var).annotation = float_type(trace.ty(var), base);
    }
}

/// Variables of the same float type, as classes.
struct Floats {
    /// The function's float type.
    own: &'static str,
    parent: Vec<usize>,
    /// Whether a method is called on the variable.
    called: Vec<bool>,
    /// Whether something of a type that is not known here has a part in it.
    foreign: Vec<bool>,
    /// Whether it is a parameter of floats, of the precision of the function.
    given: Vec<bool>,
    /// The variables that start from literals alone.
    literal: Vec<VarId>,
}

impl Floats {
    fn root(&mut self, var: VarId) -> usize {
        let mut at = var.0 as usize;
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// What meets a float of the other precision is one.
    fn spread_other(&mut self, trace: &mut Trace) {
        let others = (0..trace.vars.len() as u32).map(VarId);
        let others: Vec<VarId> = others.filter(|var| trace.ty(*var).has_other()).collect();
        let roots: HashSet<usize> = others.into_iter().map(|var| self.root(var)).collect();
        for k in (0..trace.vars.len() as u32).map(VarId) {
            if roots.contains(&self.root(k)) {
                let var = trace.var_mut(k);
                var.ty = var.ty.clone().with_floats(&Ty::Other);
            }
        }
    }

    fn in_class(&mut self, var: VarId, holds: impl Fn(&Floats, usize) -> bool) -> bool {
        let root = self.root(var);
        (0..self.parent.len()).any(|k| self.root(VarId(k as u32)) == root && holds(self, k))
    }

    /// `var` has the float type of `operand`.
    fn alike(&mut self, var: VarId, operand: &Operand, trace: &Trace) {
        match operand {
            Operand::Var(other) => {
                let (a, b) = (self.root(var), self.root(*other));
                self.parent[a] = b;
                self.foreign[other.0 as usize] |= matches!(trace.ty(*other).behind(), Ty::Opaque);
            }
            Operand::Code(code) if !self.is_known(&code.tokens) => {
                self.foreign[var.0 as usize] = true;
            }
            _ => {}
        }
    }

    /// Whether code leaves the type open, or gives the function's float type.
    fn is_known(&self, tokens: &TokenStream) -> bool {
        let last = tokens.clone().into_iter().last();
        match last {
            // `(i + 1) as f64`, `0.5f64`
            Some(TokenTree::Ident(ident)) if ident == self.own => return true,
            Some(TokenTree::Literal(literal)) if literal.to_string().ends_with(self.own) => {
                return true;
            }
            _ => {}
        }
        is_untyped(tokens) || is_placeholder(tokens)
    }

    /// A float literal that does not say its type, or what starts from such ones.
    fn is_literal(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Lit(_, Some(tokens)) => is_untyped(tokens),
            Operand::Lit(_, None) => false,
            Operand::Code(code) => is_untyped(&code.tokens),
            Operand::Var(var) => self.literal.contains(var),
        }
    }

    fn stmt(&mut self, stmt: &Stmt, trace: &Trace) {
        match stmt {
            Stmt::Let(eqn) => self.eqn(eqn, trace),
            Stmt::Declare {
                var,
                init: Some(init),
            } => {
                self.alike(*var, init, trace);
                if self.is_literal(init) {
                    self.literal.push(*var);
                }
            }
            Stmt::Assign { place, value, .. } | Stmt::Accumulate { place, value, .. } => {
                self.alike(place.root, value, trace);
            }
            _ => {}
        }
    }

    fn eqn(&mut self, eqn: &Eqn, trace: &Trace) {
        let args: Vec<Operand> = match &eqn.op {
            Op::Rule(row) => {
                let args = row.params.iter().zip(&eqn.args);
                let floats = args.filter(|(param, _)| param.ty.is_empty());
                let floats: Vec<Operand> = floats.map(|(_, arg)| arg.clone()).collect();
                if !OPERATORS.contains(&row.name) {
                    // Its partials may call methods on each.
                    for var in floats.iter().filter_map(Operand::var) {
                        self.called[var.0 as usize] = true;
                    }
                }
                floats
            }
            Op::Load(place) => {
                let root = Operand::Var(place.root);
                if self.is_literal(&root) {
                    self.literal.push(eqn.var);
                }
                return self.alike(eqn.var, &root, trace);
            }
            Op::VecRepeat => vec![eqn.args[0].clone()],
            Op::Copy | Op::Array | Op::VecOf | Op::Repeat(_) => eqn.args.clone(),
            Op::Passive(code) => vec![Operand::Code(code.clone())],
            _ => Vec::new(),
        };
        for arg in &args {
            self.alike(eqn.var, arg, trace);
        }
        if !args.is_empty() && args.iter().all(|arg| self.is_literal(arg)) {
            self.literal.push(eqn.var);
        }
    }
}

fn is_given(var: &Var) -> bool {
    let ty = var.ty.behind();
    var.kind == Kind::Param && (ty.is_real() || ty.element().is_real()) && !ty.has_other()
}

/// Neither a name nor a suffix, which would say the type.
fn is_untyped(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().all(|token| match token {
        TokenTree::Ident(_) => false,
        TokenTree::Literal(literal) => !literal.to_string().contains('f'),
        TokenTree::Group(group) => is_untyped(&group.stream()),
        TokenTree::Punct(_) => true,
    })
}

/// Whether code stands for a value that comes later.
pub fn is_placeholder(tokens: &TokenStream) -> bool {
    let mut tokens = tokens.clone().into_iter();
    tokens.any(|token| matches!(token, TokenTree::Ident(ident) if ident == "placeholder"))
}

/// Whether code computes with float literals that do not say which float they are.
pub fn is_open_float(tokens: &TokenStream) -> bool {
    fn has_float(tokens: &TokenStream) -> bool {
        tokens.clone().into_iter().any(|token| match token {
            TokenTree::Literal(literal) => literal.to_string().contains('.'),
            TokenTree::Group(group) => has_float(&group.stream()),
            _ => false,
        })
    }
    has_float(tokens) && is_untyped(tokens)
}

/// The tokens of a type of plain numbers, if its lengths are known.
fn float_type(ty: &Ty, base: &TokenStream) -> Option<TokenStream> {
    match ty {
        Ty::Real | Ty::Other => Some(base.clone()),
        Ty::Array(element, Some(len)) => {
            let element = float_type(element, base)?;
            Some(quote!([#element; #len]))
        }
        Ty::Vec(element) => {
            let element = float_type(element, base)?;
            Some(quote!(::std::vec::Vec<#element>))
        }
        _ => None,
    }
}
