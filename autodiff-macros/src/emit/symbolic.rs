//! Symbolic partials of straight-line functions, for their rustdoc.
//!
//! The adjoint code is read as expressions in the parameters and brought into a sum of products:
//! `∂f/∂x1 = 3·x1²/x2 + x2·cos(x1·x2)`.

use crate::derive::Reverse;
use crate::ir::*;
use crate::lower::Lowered;
use crate::signature::{Function, Passing};
use crate::transform::record::{number, template};
use std::collections::HashMap;
use std::rc::Rc;

/// Longer formulas than this say nothing to a reader.
const LONGEST: usize = 240;

/// One line for each active parameter; `None` unless the function is straight-line code on scalars.
pub fn partials(function: &Function, lowered: &Lowered, reverse: &Reverse) -> Option<String> {
    let scalar = |param: &crate::signature::Param| {
        matches!(param.shape, Ty::Real) && param.passing == Passing::Value && !param.mut_binding
    };
    if !function.is_scalar_valued() || !function.active().all(scalar) {
        return None;
    }
    let mut values = Values::default();
    for (param, var) in function.params.iter().zip(&lowered.params) {
        values
            .known
            .insert(*var, Expr::symbol(&param.ident.to_string()));
    }
    for stmt in reverse.forward.0.iter().chain(&reverse.backward.0) {
        values.stmt(stmt)?;
    }
    let mut lines = Vec::new();
    for (param, cotangent) in function.params.iter().zip(&reverse.cotangents) {
        if let Some(cotangent) = cotangent {
            // The backward sweep meets the last term of the source first.
            let mut formula = values.operand(cotangent)?;
            formula.0.reverse();
            let formula = formula.to_string();
            if formula.chars().count() > LONGEST {
                return None;
            }
            lines.push(format!("∂{}/∂{} = {formula}", function.name(), param.ident));
        }
    }
    Some(lines.join("\n"))
}

/// The expressions of the variables seen so far.
#[derive(Default)]
struct Values {
    known: HashMap<VarId, Expr>,
}

impl Values {
    fn stmt(&mut self, stmt: &Stmt) -> Option<()> {
        let Stmt::Let(eqn) = stmt else { return None };
        let value = match &eqn.op {
            Op::Rule(row) => {
                let args: Option<Vec<Expr>> =
                    eqn.args.iter().map(|arg| self.operand(arg)).collect();
                Expr::rule(row.name, args?)
            }
            Op::Given(given) => {
                let args: Option<Vec<Expr>> =
                    eqn.args.iter().map(|arg| self.operand(arg)).collect();
                Expr::factor(Factor::Function(given.name.clone(), args?))
            }
            Op::Copy => self.operand(&eqn.args[0])?,
            Op::Passive(code) => self.passive(code),
            _ => return None,
        };
        self.known.insert(eqn.var, value);
        Some(())
    }

    fn operand(&self, operand: &Operand) -> Option<Expr> {
        match operand {
            Operand::Var(var) => self.known.get(var).cloned(),
            Operand::Lit(value, _) => Some(Expr::number(*value)),
            Operand::Code(code) => Some(self.passive(code)),
        }
    }

    /// A passive expression stands for itself; the numbers among them count.
    fn passive(&self, code: &Code) -> Expr {
        let text = code.tokens.to_string().replace([' ', '(', ')'], "");
        match text.parse::<f64>() {
            Ok(value) => Expr::number(value),
            Err(_) => Expr::symbol(
                &code
                    .tokens
                    .to_string()
                    .replace(" . ", ".")
                    .replace(" :: ", "::"),
            ),
        }
    }
}

/// A sum of products of powers.
#[derive(Clone, PartialEq, Debug)]
struct Expr(Vec<Term>);

#[derive(Clone, PartialEq, Debug)]
struct Term {
    coefficient: f64,
    factors: Vec<(Factor, i32)>,
}

#[derive(Clone, PartialEq, Debug)]
enum Factor {
    Symbol(String),
    Function(String, Vec<Expr>),
    /// A sum that cannot be multiplied out.
    Sum(Rc<Expr>),
}

impl Expr {
    fn number(value: f64) -> Expr {
        Expr(vec![Term {
            coefficient: value,
            factors: Vec::new(),
        }])
    }

    fn symbol(name: &str) -> Expr {
        Expr::factor(Factor::Symbol(name.to_string()))
    }

    fn factor(factor: Factor) -> Expr {
        Expr(vec![Term {
            coefficient: 1.0,
            factors: vec![(factor, 1)],
        }])
    }

    fn rule(name: &str, mut args: Vec<Expr>) -> Expr {
        match (name, args.len()) {
            ("add", 2) => args.remove(0).plus(args.remove(0)),
            ("sub", 2) => args.remove(0).plus(args.remove(0).times_number(-1.0)),
            ("neg", 1) => args.remove(0).times_number(-1.0),
            ("mul", 2) => args.remove(0).times(&args.remove(0), 1),
            ("div", 2) => args.remove(0).times(&args.remove(0), -1),
            ("recip", 1) => Expr::number(1.0).times(&args[0], -1),
            ("powi", 2) => match args[1].as_number() {
                Some(n) if n.abs() < 100.0 => Expr::number(1.0).times(&args[0], n as i32),
                _ => Expr::factor(Factor::Function(name.to_string(), args)),
            },
            _ => Expr::factor(Factor::Function(name.to_string(), args)),
        }
    }

    fn as_number(&self) -> Option<f64> {
        match &self.0[..] {
            [] => Some(0.0),
            [term] if term.factors.is_empty() => Some(term.coefficient),
            _ => None,
        }
    }

    fn plus(mut self, other: Expr) -> Expr {
        for term in other.0 {
            match self
                .0
                .iter_mut()
                .find(|known| known.factors == term.factors)
            {
                Some(known) => known.coefficient += term.coefficient,
                None => self.0.push(term),
            }
        }
        self.0.retain(|term| term.coefficient != 0.0);
        self
    }

    fn times_number(mut self, factor: f64) -> Expr {
        self.0
            .iter_mut()
            .for_each(|term| term.coefficient *= factor);
        self
    }

    /// `self · other^power`.
    fn times(self, other: &Expr, power: i32) -> Expr {
        let (left, right) = (self.single(), other.clone().single());
        let mut product = left;
        product.coefficient *= right.coefficient.powi(power);
        for (factor, inner) in right.factors {
            let exponent = inner * power;
            match product
                .factors
                .iter_mut()
                .find(|(known, _)| *known == factor)
            {
                Some((_, known)) => *known += exponent,
                None => product.factors.push((factor, exponent)),
            }
        }
        product.factors.retain(|(_, exponent)| *exponent != 0);
        product.factors.sort_by_key(|(factor, _)| factor.rank());
        Expr(if product.coefficient == 0.0 {
            Vec::new()
        } else {
            vec![product]
        })
    }

    /// The expression as one term.
    fn single(mut self) -> Term {
        match self.0.len() {
            0 => Term {
                coefficient: 0.0,
                factors: Vec::new(),
            },
            1 => self.0.remove(0),
            _ => Term {
                coefficient: 1.0,
                factors: vec![(Factor::Sum(Rc::new(self)), 1)],
            },
        }
    }
}

impl Factor {
    /// Symbols stand first, functions next, sums last.
    fn rank(&self) -> (u8, String) {
        match self {
            Factor::Symbol(name) => (0, name.clone()),
            Factor::Function(..) => (1, String::new()),
            Factor::Sum(_) => (2, String::new()),
        }
    }
}

impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("0");
        }
        for (k, term) in self.0.iter().enumerate() {
            let negative = term.coefficient < 0.0;
            f.write_str(match (k, negative) {
                (0, false) => "",
                (0, true) => "−",
                (_, false) => " + ",
                (_, true) => " − ",
            })?;
            f.write_str(&term.unsigned())?;
        }
        Ok(())
    }
}

impl Term {
    /// The term without its sign: `3·x1²/x2`.
    fn unsigned(&self) -> String {
        let mut above = Vec::new();
        let mut below = Vec::new();
        let coefficient = self.coefficient.abs();
        for (factor, power) in &self.factors {
            let side = if *power > 0 { &mut above } else { &mut below };
            side.push(power_text(factor, power.abs()));
        }
        if coefficient != 1.0 || above.is_empty() {
            above.insert(0, number(coefficient));
        }
        let above = above.join("·");
        match below.len() {
            0 => above,
            1 => format!("{above}/{}", below[0]),
            _ => format!("{above}/({})", below.join("·")),
        }
    }
}

fn power_text(factor: &Factor, power: i32) -> String {
    let base = match factor {
        Factor::Symbol(name) => name.clone(),
        Factor::Function(name, args) => function_text(name, args),
        Factor::Sum(sum) => format!("({sum})"),
    };
    if power == 1 {
        return base;
    }
    let digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let superscript = power.to_string();
    let superscript = superscript
        .bytes()
        .filter_map(|b| digits.chars().nth((b - b'0') as usize));
    format!("{base}{}", superscript.collect::<String>())
}

fn function_text(name: &str, args: &[Expr]) -> String {
    let texts: Vec<String> = args.iter().map(ToString::to_string).collect();
    match (name, &texts[..]) {
        ("powf" | "powi" | "rem" | "abs", _) => {
            let wrapped: Vec<String> = texts
                .iter()
                .map(|text| {
                    if simple(text) {
                        text.clone()
                    } else {
                        format!("({text})")
                    }
                })
                .collect();
            template(name, &wrapped)
        }
        (_, _) => format!("{name}({})", texts.join(", ")),
    }
}

fn simple(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}
