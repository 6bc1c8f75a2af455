//! From `syn` to the evaluation trace.
//!
//! Each file answers one question:
//!
//! - `typing`: what type does an expression have, as far as its tokens tell (nothing is emitted)?
//! - `expr`: which operand holds the value of an expression? (`operand`; equations are emitted)
//! - `place`: which part of which variable does an expression denote? (`place`)
//! - `call`: the same for calls of methods and functions.
//! - `opaque`: the expression as the user wrote it, with variables under their emitted names; for
//!   everything that has no derivative (conditions, indices, integers, strings).
//! - `unknown`: the same for operators and methods on values of types that only the compiler knows.
//! - `stmt`: what does a statement do?
//! - `control`: the same for branches, loops and the early ways out of them.
//!
//! Whether a value really depends on an input is not known while lowering (a loop may make it so
//! later), only whether its type could. An expression that cannot be differentiated is therefore
//! kept as a [`Hazard`], and becomes an error if the analysis finds that it reads active values.

mod alias;
mod assign;
mod call;
mod closure;
mod control;
mod exits;
mod expr;
mod fallible;
mod given;
mod hoist;
mod items;
mod iter;
mod loops;
mod matching;
mod matrix;
mod opaque;
mod passive;
mod pattern;
mod place;
mod results;
mod sequence;
mod stmt;
mod typing;
mod unknown;

use crate::errors::Errors;
use crate::ir::*;
use crate::names::Names;
use crate::rule::Row;
use crate::signature::{Base, Function, Receiver};
use control::Exits;
pub use given::{Underived, lower_given, rule_key, underived_module};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::{HashMap, HashSet};

/// An expression that must not read (or write) active values.
pub struct Hazard {
    pub vars: Vec<VarId>,
    pub tokens: TokenStream,
    pub message: String,
}

/// Names, and the variables they mean.
type Meanings = Vec<(String, VarId)>;

/// A lowered function.
pub struct Lowered {
    pub trace: Trace,
    /// The variable of each parameter.
    pub params: Vec<VarId>,
    pub hazards: Vec<Hazard>,
    /// Why there is no second derivative, if there is none.
    pub first_order_only: Option<String>,
    /// The calls in formulas of a rule.
    pub underived: Vec<Underived>,
}

/// The state of lowering: the trace so far, the names in scope, the open regions.
struct Lower<'a> {
    trace: Trace,
    errors: &'a Errors,
    scopes: Vec<HashMap<String, VarId>>,
    regions: Vec<Block>,
    exits: Exits,
    hazards: Vec<Hazard>,
    /// What names bound to references into active data stand for.
    aliases: VarMap<alias::Alias>,
    /// Indices made by the macro, which are within the bounds of what they index.
    in_bounds: HashSet<String>,
    /// The closures that are bound to names.
    closures: VarMap<closure::Closure>,
    /// The iterators that are bound to names, with what the names in them mean.
    iterators: VarMap<(syn::Expr, Meanings)>,
    /// What types the names in a closure at hand probably have.
    guesses: std::cell::RefCell<Vec<(String, Ty)>>,
    /// `Vec`s that have just been made and can be given a name.
    made: HashSet<VarId>,
    /// Names that are sure to be of type `usize`, and constants one can index.
    known: passive::Known,
    /// The names of the function's constant parameters of type `usize`.
    consts: HashSet<String>,
    /// Whether names that are not in scope yet may be those of active values.
    assume_active: bool,
    /// The items inside of the function.
    items: Vec<items::Hoisted>,
    /// How many of them stand at the top.
    hoisted_items: usize,
    base: Base,
    name: &'a Ident,
    output: Option<&'a syn::Type>,
    output_shape: &'a Ty,
    /// The calls in formulas of a rule, if one is being lowered.
    underived: Option<Vec<Underived>>,
    /// Whether the function returns an `Option` or a `Result` of the output.
    fallible: bool,
}

/// Lowers the body of `function`.
pub fn lower(function: &Function, errors: &Errors) -> Lowered {
    let mut lower = Lower::of(function, errors);
    let params = lower.params(function);
    for (param, var) in function.params.iter().zip(&params) {
        if let Some(pattern) = &param.pattern {
            lower.take_apart_parameter(pattern, *var);
        }
    }
    lower.take_receiver(function, &params);
    let mut body = (*function.item.block).clone();
    matrix::write_out(&mut body);
    let result = lower.body(&body);
    lower.finish(params, result)
}

impl<'a> Lower<'a> {
    /// Before the first statement.
    fn of(function: &'a Function, errors: &'a Errors) -> Lower<'a> {
        let mut names = Names::new(function.item.to_token_stream());
        for param in &function.params {
            names.take(&param.dot);
            names.take(&param.bar);
        }
        Lower {
            trace: Trace::new(names),
            errors,
            scopes: vec![HashMap::new()],
            regions: vec![Block::default()],
            exits: Exits::default(),
            hazards: Vec::new(),
            aliases: VarMap::new(),
            in_bounds: HashSet::new(),
            closures: VarMap::new(),
            iterators: VarMap::new(),
            guesses: Default::default(),
            made: HashSet::new(),
            known: Default::default(),
            consts: function
                .item
                .sig
                .generics
                .const_params()
                .filter(|param| param.ty.to_token_stream().to_string() == "usize")
                .map(|param| param.ident.to_string())
                .collect(),
            assume_active: false,
            items: Vec::new(),
            hoisted_items: 0,
            base: function.base,
            name: function.name(),
            output: function.output.as_ref(),
            output_shape: &function.output_shape,
            underived: None,
            fallible: function.fallible.is_some(),
        }
    }

    fn params(&mut self, function: &Function) -> Vec<VarId> {
        let params = function.params.iter();
        params.map(|param| self.param(param)).collect()
    }

    /// After the last statement.
    fn finish(mut self, params: Vec<VarId>, result: Option<Operand>) -> Lowered {
        let mut trace = self.trace;
        if let Some(Operand::Var(var)) = result
            && matches!(trace.ty(var), Ty::Unknown)
        {
            trace.var_mut(var).ty = self.output_shape.clone();
        }
        trace.body = self.regions.pop().expect("the region of the body is open");
        crate::analysis::literals::annotate(&mut trace, self.base);
        trace.result = result.filter(|_| self.output.is_some());
        crate::analysis::types::infer(&mut trace);
        Lowered {
            trace,
            params,
            hazards: self.hazards,
            first_order_only: None,
            underived: Vec::new(),
        }
    }
}

impl Lower<'_> {
    fn param(&mut self, param: &crate::signature::Param) -> VarId {
        let kind = if param.mut_binding {
            Kind::Slot
        } else {
            Kind::Param
        };
        let var = self.trace.push(Var {
            ident: param.ident.clone(),
            ty: param.shape.clone(),
            kind,
            // What stands behind a `&mut` is not the callee's: it is never read on the way back.
            mutated: param.passing == crate::signature::Passing::Mutable,
            moved: false,
            annotation: None,
            source_name: param.shown(),
            companion_of: None,
        });
        self.bind(&param.ident, var);
        self.know_parameter(var, &param.ty);
        if param.is_receiver {
            self.bind(&Ident::new("self", param.ident.span()), var);
        }
        var
    }

    /// A receiver given by value is a copy of what derivatives borrow.
    fn take_receiver(&mut self, function: &Function, params: &[VarId]) {
        let Some(Receiver::Value) = function.receiver else {
            return;
        };
        let span = function.name().span().resolved_at(Span::mixed_site());
        let ty = self.trace.ty(params[0]).behind().clone();
        let of = Place::whole(params[0]);
        let copy = self.eqn(Op::CloneOf(of), Vec::new(), ty.clone(), span);
        let mutable = matches!(
            function.item.sig.inputs.first(),
            Some(syn::FnArg::Receiver(receiver)) if receiver.mutability.is_some()
        );
        let var = match (copy, mutable) {
            (Operand::Var(var), false) => var,
            (copy, _) => {
                let var = self.trace.fresh("this", ty, Kind::Slot, span);
                let init = Some(copy);
                self.emit(Stmt::Declare { var, init });
                var
            }
        };
        self.bind(&Ident::new("self", span), var);
    }

    fn emit(&mut self, stmt: Stmt) {
        for var in stmt.writes() {
            self.trace.var_mut(var).mutated = true;
        }
        self.regions
            .last_mut()
            .expect("a region is open")
            .0
            .push(stmt);
    }

    /// Runs `inside` with a new region and a new scope, and returns the region.
    fn region(&mut self, inside: impl FnOnce(&mut Self)) -> Block {
        self.regions.push(Block::default());
        self.scopes.push(HashMap::new());
        inside(self);
        self.scopes.pop();
        self.regions
            .pop()
            .expect("the region that was opened above")
    }

    /// Makes the user's `ident` mean `var` from here to the end of the scope.
    fn bind(&mut self, ident: &Ident, var: VarId) {
        self.scopes
            .last_mut()
            .expect("a scope is open")
            .insert(ident.to_string(), var);
    }

    fn lookup(&self, name: &str) -> Option<VarId> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(name).copied())
    }

    /// A variable for the user's `ident`, under that name if nothing else in the function has it.
    fn user_var(&mut self, ident: &Ident, ty: Ty, kind: Kind) -> VarId {
        let name = ident.to_string();
        let used = self.trace.vars.iter().any(|var| var.ident == *ident);
        let emitted = if used {
            self.trace.names.fresh(&name, ident.span())
        } else {
            ident.clone()
        };
        self.trace.push(Var {
            ident: emitted,
            ty,
            kind,
            mutated: false,
            moved: false,
            annotation: None,
            source_name: name,
            companion_of: None,
        })
    }

    /// Emits `v = op(args)` for a new temporary `v`.
    fn eqn(&mut self, op: Op, args: Vec<Operand>, ty: Ty, span: Span) -> Operand {
        let var = self
            .trace
            .fresh("v", ty, Kind::Temp, span.resolved_at(Span::mixed_site()));
        self.emit(Stmt::Let(Eqn {
            var,
            op,
            args,
            span,
        }));
        Operand::Var(var)
    }

    /// A copy of what stands at `place`, to be moved somewhere else.
    fn copy_to_move(&mut self, place: Place, ty: Ty, span: Span) -> Operand {
        let copy = self.eqn(Op::CloneOf(place), Vec::new(), ty, span);
        if let Operand::Var(var) = copy {
            self.trace.var_mut(var).moved = true;
        }
        copy
    }

    fn rule(&mut self, row: &'static Row, args: Vec<Operand>, span: Span) -> Operand {
        let args: Vec<Operand> = args.into_iter().map(|arg| self.number(arg)).collect();
        let passive = args
            .iter()
            .all(|arg| self.trace.operand_ty(arg).is_passive());
        let other = args
            .iter()
            .any(|arg| matches!(self.trace.operand_ty(arg).behind(), Ty::Other));
        let opaque = args
            .iter()
            .any(|arg| self.trace.operand_ty(arg).has_opaque());
        let ty = match (passive, opaque) {
            (true, true) => Ty::Opaque,
            (true, false) => Ty::Passive,
            _ if other => Ty::Other,
            _ => Ty::Real,
        };
        self.eqn(Op::Rule(row), args, ty, span)
    }

    /// The number itself, where a constant is a reference to one.
    fn number(&mut self, operand: Operand) -> Operand {
        let (Ty::Ref(inner, _), tokens) = (
            self.trace.operand_ty(&operand),
            crate::emit::operand(&operand, &self.trace),
        ) else {
            return operand;
        };
        if !inner.is_passive() {
            return operand;
        }
        self.hold(Code {
            tokens: quote!(*#tokens),
            reads: operand.reads().to_vec(),
            pure: true,
            ty: inner.behind().clone(),
            span: Span::mixed_site(),
        })
    }

    /// Whether nothing that the code reads can change.
    fn is_steady(&self, code: &Code) -> bool {
        code.reads.iter().all(|var| {
            let var = self.trace.var(*var);
            var.kind != Kind::Slot && !var.mutated
        })
    }

    /// A temporary that holds the value of a passive expression from here on. Literals and
    /// variables that cannot change stay as they are.
    fn hold(&mut self, code: Code) -> Operand {
        if code.reads.is_empty() && code.pure {
            return Operand::Code(code);
        }
        if let Some(var) = self.sole_variable(&code)
            && matches!(self.trace.var(var).kind, Kind::Temp | Kind::Param)
        {
            return Operand::Var(var);
        }
        let (ty, span) = (code.ty.clone(), code.span);
        self.eqn(Op::Passive(code), Vec::new(), ty, span)
    }

    /// The variable, if the expression is nothing but one.
    fn sole_variable(&self, code: &Code) -> Option<VarId> {
        let [var] = code.reads[..] else { return None };
        let mut tokens = code.tokens.clone().into_iter();
        match (tokens.next(), tokens.next()) {
            (Some(proc_macro2::TokenTree::Ident(ident)), None)
                if ident == self.trace.var(var).ident =>
            {
                Some(var)
            }
            _ => None,
        }
    }

    /// Keeps in mind that `vars` must not be active, or `message` is an error at `tokens`.
    fn hazard(&mut self, vars: Vec<VarId>, tokens: impl ToTokens, message: impl Into<String>) {
        if !vars.is_empty() {
            let tokens = tokens.to_token_stream();
            self.hazards.push(Hazard {
                vars,
                tokens,
                message: message.into(),
            });
        }
    }
}
