//! Which values of unknown type are floats?
//!
//! The macro sees no types beyond the signature. But a float is only added to floats, the sine of a
//! float is a float, and what is assigned to an element of `&mut [f64]` is one. What follows from
//! there is found here, as a fixed point, and operators and methods that turn out to be those of
//! floats become rows of the rule table. The others remain calls, and are left to the compiler.

use crate::ir::*;
use crate::rule;
use proc_macro2::Span;
use std::collections::HashMap;

/// Methods that give what they are called on: an exponential of a matrix is a matrix.
const OF_ONE_KIND: &[&str] = &[
    "sqrt",
    "cbrt",
    "exp",
    "exp2",
    "exp_m1",
    "ln",
    "ln_1p",
    "log2",
    "log10",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "recip",
    "powi",
    "to_degrees",
    "to_radians",
    "fract",
    "floor",
    "ceil",
    "round",
    "trunc",
];

/// Finds floats, and puts rules in the place of calls on them.
pub fn infer(trace: &mut Trace) {
    let mut found = Types {
        trace,
        parts: HashMap::new(),
        changed: true,
    };
    let body = std::mem::take(&mut found.trace.body);
    while std::mem::take(&mut found.changed) {
        body.walk(&mut |stmt| found.stmt(stmt));
    }
    let mut body = body;
    found.settle(&mut body);
    found.trace.body = body;
    for var in &mut trace.vars {
        // A number is copied.
        var.moved &= !matches!(var.ty, Ty::Real);
    }
}

struct Types<'a> {
    trace: &'a mut Trace,
    /// What is known of parts of variables of unknown type, by the path to them.
    parts: HashMap<(VarId, String), Ty>,
    changed: bool,
}

/// A place without its indices: all elements are of one type.
fn key(place: &Place) -> (VarId, String) {
    let steps = place.path.iter().map(|step| match step {
        Step::Field(name) => format!(".{name}"),
        Step::Index(_) => "[]".to_string(),
        Step::Range(_) => "[..]".to_string(),
        Step::Payload => "?".to_string(),
    });
    (place.root, steps.collect())
}

impl Types<'_> {
    fn is_real(&self, place: &Place) -> bool {
        self.trace.place_ty(place).is_real()
            || (!place.is_whole() && self.parts.get(&key(place)).is_some_and(Ty::is_real))
    }

    fn is_unknown(&self, place: &Place) -> bool {
        matches!(self.trace.place_ty(place).behind(), Ty::Unknown)
    }

    /// Takes down that a float stands at `place`, if nothing is known of it.
    fn learn(&mut self, place: &Place) {
        if !self.is_unknown(place) || self.is_real(place) {
            return;
        }
        self.changed = true;
        if !place.is_whole() {
            self.parts.insert(key(place), Ty::Real);
            return;
        }
        let var = self.trace.var_mut(place.root);
        var.ty = match &var.ty {
            Ty::Ref(_, mutable) => Ty::Ref(Box::new(Ty::Real), *mutable),
            _ => Ty::Real,
        };
    }

    fn operand_is_real(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Var(var) => self.is_real(&Place::whole(*var)),
            other => self.trace.operand_ty(other).is_real(),
        }
    }

    fn learn_operand(&mut self, operand: &Operand) {
        if let Operand::Var(var) = operand {
            self.learn(&Place::whole(*var));
        }
    }

    /// If one of these is a float, so is the other.
    fn same(&mut self, place: &Place, operand: &Operand) {
        if self.operand_is_real(operand) {
            self.learn(place);
        } else if self.is_real(place) {
            self.learn_operand(operand);
        }
    }

    fn same_places(&mut self, a: &Place, b: &Place) {
        match (self.is_real(a), self.is_real(b)) {
            (true, false) => self.learn(b),
            (false, true) => self.learn(a),
            _ => {}
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(eqn) => self.eqn(eqn),
            Stmt::Declare {
                var,
                init: Some(init),
            } => self.same(&Place::whole(*var), init),
            Stmt::Assign { place, value, .. } | Stmt::Accumulate { place, value, .. } => {
                self.same(place, value);
            }
            Stmt::Call(call) => self.call(call),
            _ => {}
        }
    }

    fn eqn(&mut self, eqn: &Eqn) {
        let whole = Place::whole(eqn.var);
        match &eqn.op {
            Op::Load(place) | Op::CloneOf(place) => self.same_places(&whole, place),
            Op::Copy => self.same(&whole, &eqn.args[0]),
            Op::Rule(row) => {
                for (param, arg) in row.params.iter().zip(&eqn.args) {
                    if param.ty.is_empty() {
                        self.learn_operand(arg);
                    }
                }
            }
            Op::Array | Op::VecOf if self.trace.ty(eqn.var).element().is_real() => {
                eqn.args.iter().for_each(|arg| self.learn_operand(arg));
            }
            Op::Repeat(_) | Op::VecRepeat => {
                let element = Place {
                    root: eqn.var,
                    path: vec![Step::Index(Operand::ZERO)],
                };
                self.same(&element, &eqn.args[0]);
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &Call) {
        let result = Place::whole(call.result);
        let places: Vec<Option<&Place>> = call.args.iter().map(place_of).collect();
        match (&call.callee, &places[..]) {
            (Callee::Operator(operator), [Some(a)]) if operator.name == "neg" => {
                self.same_places(&result, a);
            }
            (Callee::Operator(operator), [Some(a), Some(b)]) => {
                self.operator(operator.name, a, b, &result);
            }
            (Callee::Method(name), [Some(receiver), ..]) => {
                let name = name.to_string();
                // What takes a float beside itself, as in `x.max(0.0)`, is one.
                if OF_ONE_KIND.contains(&name.as_str()) {
                    self.same_places(&result, receiver);
                } else if rule::row(&name).is_some() {
                    let with_float = call.args[1..]
                        .iter()
                        .any(|arg| matches!(arg, Arg::Value(value) if self.operand_is_real(value)));
                    if with_float {
                        self.learn(receiver);
                    }
                    if self.is_real(receiver) {
                        self.learn(&result);
                    }
                }
            }
            _ => {}
        }
    }

    fn operator(&mut self, name: &str, a: &Place, b: &Place, result: &Place) {
        let reals = (self.is_real(a), self.is_real(b), self.is_real(result));
        let all = match (name, reals) {
            // A float is added to a float, and gives one.
            ("add" | "sub" | "rem", (a, b, result)) => a || b || result,
            ("div", (true, ..)) => true,
            // A float times what is not one is not one.
            (_, (a, b, result)) => u8::from(a) + u8::from(b) + u8::from(result) >= 2,
        };
        if all {
            for place in [a, b, result] {
                self.learn(place);
            }
        }
    }

    /// Replaces the calls on floats.
    fn settle(&mut self, block: &mut Block) {
        let mut out = Vec::new();
        for mut stmt in std::mem::take(&mut block.0) {
            for inner in stmt.blocks_mut() {
                self.settle(inner);
            }
            match stmt {
                Stmt::Call(call) => match self.rule_of(&call) {
                    Some(row) => self.replace(*call, row, &mut out),
                    None => out.push(Stmt::Call(call)),
                },
                Stmt::Let(mut eqn) => {
                    self.load_numbers(&mut eqn);
                    out.push(Stmt::Let(eqn));
                }
                other => out.push(other),
            }
        }
        block.0 = out;
    }

    /// What was cloned because its type was unknown is read if it is a number: a number's adjoint is
    /// an expression, and only a read passes that on.
    fn load_numbers(&self, eqn: &mut Eqn) {
        if let Op::CloneOf(place) = &eqn.op
            && matches!(self.trace.ty(eqn.var), Ty::Real)
        {
            eqn.op = Op::Load(place.clone());
        }
    }

    /// The row that a call is of; none of a cast means the value itself.
    fn rule_of(&self, call: &Call) -> Option<Option<&'static rule::Row>> {
        let mut places = call.args.iter().map(place_of);
        match &call.callee {
            Callee::Operator(operator) => {
                let floats = places.all(|place| place.is_some_and(|place| self.is_real(place)));
                if !floats {
                    return None;
                }
                Some((operator.name != "cast").then(|| rule::operator(operator.name)))
            }
            Callee::Method(name) => {
                let receiver = places.next()??;
                let row = rule::row(&name.to_string())?;
                let by_value = call.args[1..]
                    .iter()
                    .all(|arg| matches!(arg, Arg::Value(_)));
                let fits = by_value && row.params.len() == call.args.len();
                (fits && self.is_real(receiver)).then_some(Some(row))
            }
            _ => None,
        }
    }

    fn replace(&mut self, call: Call, row: Option<&'static rule::Row>, out: &mut Vec<Stmt>) {
        let span = call.span;
        let args = call.args.iter().map(|arg| match arg {
            Arg::Value(value) => value.clone(),
            arg => self.loaded(place_of(arg).expect("checked above"), span, out),
        });
        let args = args.collect();
        self.trace.var_mut(call.result).ty = Ty::Real;
        let op = row.map_or(Op::Copy, Op::Rule);
        let var = call.result;
        out.push(Stmt::Let(Eqn {
            var,
            op,
            args,
            span,
        }));
    }

    /// The float at `place`.
    fn loaded(&mut self, place: &Place, span: Span, out: &mut Vec<Stmt>) -> Operand {
        let root = self.trace.var(place.root);
        if place.is_whole() && root.kind != Kind::Slot && !matches!(root.ty, Ty::Ref(..)) {
            return Operand::Var(place.root);
        }
        let here = span.resolved_at(Span::mixed_site());
        let var = self.trace.fresh("v", Ty::Real, Kind::Temp, here);
        let (op, args) = (Op::Load(place.clone()), Vec::new());
        out.push(Stmt::Let(Eqn {
            var,
            op,
            args,
            span,
        }));
        Operand::Var(var)
    }
}

/// The place that an argument is given from.
fn place_of(arg: &Arg) -> Option<&Place> {
    match arg {
        Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => Some(place),
        Arg::Value(_) | Arg::PassiveRef(_) => None,
    }
}
