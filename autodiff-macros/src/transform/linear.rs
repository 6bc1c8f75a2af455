//! The partials of one equation, from its row of the rule table.

use crate::ir::*;
use crate::rule::{self, Row};
use crate::signature::{Base, float};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use syn::{BinOp, Expr, UnOp};

/// Writes equations into a list, simplifying as it goes.
pub struct Builder<'a> {
    pub trace: &'a mut Trace,
    pub base: Base,
    pub out: &'a mut Vec<Stmt>,
    pub span: Span,
}

impl Builder<'_> {
    pub fn eqn(&mut self, op: Op, args: Vec<Operand>, ty: Ty) -> Operand {
        let span = self.span.resolved_at(Span::mixed_site());
        let var = self.trace.fresh("v", ty, Kind::Temp, span);
        self.out.push(Stmt::Let(Eqn {
            var,
            op,
            args,
            span: self.span,
        }));
        Operand::Var(var)
    }

    fn rule(&mut self, name: &str, args: Vec<Operand>) -> Operand {
        self.eqn(Op::Rule(rule::operator(name)), args, Ty::Real)
    }

    pub fn neg(&mut self, a: Operand) -> Operand {
        match a {
            Operand::Lit(value, _) => Operand::Lit(-value, None),
            a => self.rule("neg", vec![a]),
        }
    }

    pub fn add(&mut self, a: Operand, b: Operand) -> Operand {
        match (a.lit(), b.lit()) {
            (Some(x), Some(y)) if (x + y).is_finite() => Operand::Lit(x + y, None),
            (Some(0.0), _) => b,
            (_, Some(0.0)) => a,
            _ => self.rule("add", vec![a, b]),
        }
    }

    fn sub(&mut self, a: Operand, b: Operand) -> Operand {
        match (a.lit(), b.lit()) {
            (Some(x), Some(y)) if (x - y).is_finite() => Operand::Lit(x - y, None),
            (Some(0.0), _) => self.neg(b),
            (_, Some(0.0)) => a,
            _ => self.rule("sub", vec![a, b]),
        }
    }

    /// The product; a factor that is 0 by structure gives 0.
    pub fn mul(&mut self, a: Operand, b: Operand) -> Operand {
        match (a.lit(), b.lit()) {
            (Some(x), Some(y)) if (x * y).is_finite() => Operand::Lit(x * y, None),
            (Some(0.0), _) | (_, Some(0.0)) => Operand::ZERO,
            (Some(1.0), _) => b,
            (_, Some(1.0)) => a,
            (Some(-1.0), _) => self.neg(b),
            (_, Some(-1.0)) => self.neg(a),
            _ => self.rule("mul", vec![a, b]),
        }
    }

    fn div(&mut self, a: Operand, b: Operand) -> Operand {
        match (a.lit(), b.lit()) {
            (Some(x), Some(y)) if (x / y).is_finite() => Operand::Lit(x / y, None),
            (Some(0.0), _) => Operand::ZERO,
            (_, Some(1.0)) => a,
            _ => self.rule("div", vec![a, b]),
        }
    }

    /// The sum of contributions, 0 if there are none.
    pub fn sum(&mut self, terms: Vec<Operand>) -> Operand {
        terms
            .into_iter()
            .fold(Operand::ZERO, |total, term| self.add(total, term))
    }

    /// The partials of `eqn` with respect to the arguments that `active` accepts: argument and
    /// partial, structural zeros left out.
    pub fn partials(
        &mut self,
        row: &'static Row,
        eqn: &Eqn,
        active: &dyn Fn(VarId) -> bool,
    ) -> Vec<(VarId, Operand)> {
        let mut env: HashMap<&str, Operand> = HashMap::new();
        for (param, arg) in row.params.iter().zip(&eqn.args) {
            env.insert(param.name, arg.clone());
        }
        env.insert(row.result, Operand::Var(eqn.var));
        let reals: Vec<&Operand> = row
            .params
            .iter()
            .zip(&eqn.args)
            .filter(|(param, _)| param.ty.is_empty())
            .map(|(_, arg)| arg)
            .collect();
        let mut found = Vec::new();
        for (arg, formula) in reals.into_iter().zip(row.partials) {
            let Some(var) = arg.var().filter(|var| active(*var)) else {
                continue;
            };
            let partial = self.formula(&parsed(row, formula), &env);
            if partial.lit() != Some(0.0) {
                found.push((var, partial));
            }
        }
        found
    }

    /// The value of a formula of the table.
    fn formula(&mut self, expr: &Expr, env: &HashMap<&str, Operand>) -> Operand {
        match expr {
            Expr::Paren(inner) => self.formula(&inner.expr, env),
            Expr::Group(inner) => self.formula(&inner.expr, env),
            Expr::Block(block) => match block.block.stmts.last() {
                Some(syn::Stmt::Expr(tail, None)) => self.formula(tail, env),
                _ => panic!("a block in the rule table must end with a value"),
            },
            Expr::Lit(lit) => match &lit.lit {
                syn::Lit::Float(float) => {
                    let value = float
                        .base10_parse()
                        .expect("a float literal of the rule table");
                    Operand::Lit(value, None)
                }
                other => panic!("literal in the rule table: {}", other.to_token_stream()),
            },
            Expr::Path(path) => {
                let name = path.path.to_token_stream().to_string();
                match env.get(name.as_str()).cloned() {
                    Some(operand) => self.in_base(operand),
                    None => named_constant(&name),
                }
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
                let value = self.formula(&unary.expr, env);
                self.neg(value)
            }
            Expr::Binary(binary) => {
                let a = self.formula(&binary.left, env);
                let b = self.formula(&binary.right, env);
                match binary.op {
                    BinOp::Add(_) => self.add(a, b),
                    BinOp::Sub(_) => self.sub(a, b),
                    BinOp::Mul(_) => self.mul(a, b),
                    BinOp::Div(_) => self.div(a, b),
                    _ => self.rule("rem", vec![a, b]),
                }
            }
            Expr::If(branch) => self.choice(branch, env),
            Expr::Call(call) => self.real(call.args.first(), env),
            Expr::MethodCall(call) => self.method(call, env),
            other => panic!("formula of the rule table: {}", other.to_token_stream()),
        }
    }

    /// The operand in the precision of the function, which is that of its derivatives.
    fn in_base(&mut self, operand: Operand) -> Operand {
        match self.trace.operand_ty(&operand) {
            Ty::Other => self.eqn(Op::Cast(self.base.tokens()), vec![operand], Ty::Real),
            _ => operand,
        }
    }

    /// `real(n)`: an integer as a float.
    fn real(&mut self, arg: Option<&Expr>, env: &HashMap<&str, Operand>) -> Operand {
        let arg = arg.expect("`real` of the rule table takes one argument");
        if let Some(value) = static_int(arg, env) {
            return Operand::Lit(value as f64, None);
        }
        let (tokens, reads) = self.plain(arg, env);
        let base = self.base.tokens();
        Operand::Code(Code {
            tokens: float::from_integer(tokens, &base),
            reads,
            pure: true,
            ty: Ty::Real,
            span: self.span,
        })
    }

    fn method(&mut self, call: &syn::ExprMethodCall, env: &HashMap<&str, Operand>) -> Operand {
        let name = call.method.to_string();
        let row = rule::row(&name)
            .unwrap_or_else(|| panic!("the rule table uses `{name}`, which has no row"));
        let mut args = vec![self.formula(&call.receiver, env)];
        for (arg, param) in call.args.iter().zip(&row.params[1..]) {
            if param.ty.is_empty() {
                args.push(self.formula(arg, env));
                continue;
            }
            match static_int(arg, env) {
                Some(0) if name == "powi" => return Operand::ONE,
                Some(1) if name == "powi" => return args.remove(0),
                Some(n) => args.push(self.int(proc_macro2::Literal::i64_unsuffixed(n), n)),
                None => {
                    let (tokens, reads) = self.plain(arg, env);
                    let (ty, span) = (Ty::Passive, self.span);
                    args.push(Operand::Code(Code {
                        tokens,
                        reads,
                        pure: true,
                        ty,
                        span,
                    }));
                }
            }
        }
        self.eqn(Op::Rule(row), args, Ty::Real)
    }

    fn int(&self, literal: proc_macro2::Literal, value: i64) -> Operand {
        let tokens = if value < 0 {
            quote!((#literal))
        } else {
            quote!(#literal)
        };
        let (ty, span) = (Ty::Passive, self.span);
        Operand::Code(Code {
            tokens,
            reads: Vec::new(),
            pure: true,
            ty,
            span,
        })
    }

    /// `if cond { a } else { b }`; decided now if the condition is about known integers.
    fn choice(&mut self, branch: &syn::ExprIf, env: &HashMap<&str, Operand>) -> Operand {
        let then = &branch.then_branch.stmts;
        let Some(syn::Stmt::Expr(then, None)) = then.last() else {
            panic!("a branch in the rule table must end with a value")
        };
        let els = &branch
            .else_branch
            .as_ref()
            .expect("every `if` of the table has an `else`")
            .1;
        match static_condition(&branch.cond, env) {
            Some(true) => return self.formula(then, env),
            Some(false) => return self.formula(els, env),
            None => {}
        }
        let (tokens, reads) = self.plain(&branch.cond, env);
        let (ty, span) = (Ty::Passive, self.span);
        let code = Code {
            tokens,
            reads,
            pure: true,
            ty,
            span,
        };
        let cond = self.eqn(Op::Passive(code), Vec::new(), Ty::Passive);
        let (first, a) = self.aside(then, env);
        let (second, b) = self.aside(els, env);
        if let (Some(x), Some(y)) = (a.lit(), b.lit())
            && x == y
        {
            return a;
        }
        if first.iter().chain(&second).all(is_cheap) {
            self.out.extend(first);
            self.out.extend(second);
            return self.eqn(Op::Select(cond), vec![a, b], Ty::Real);
        }
        self.branches(cond, (first, a), (second, b))
    }

    /// The equations of a formula in a list of their own.
    fn aside(&mut self, expr: &Expr, env: &HashMap<&str, Operand>) -> (Vec<Stmt>, Operand) {
        let mut out = Vec::new();
        let value = Builder {
            trace: self.trace,
            base: self.base,
            out: &mut out,
            span: self.span,
        }
        .formula(expr, env);
        (out, value)
    }

    /// A choice of which only the taken side is evaluated.
    fn branches(
        &mut self,
        cond: Operand,
        then: (Vec<Stmt>, Operand),
        els: (Vec<Stmt>, Operand),
    ) -> Operand {
        let span = self.span.resolved_at(Span::mixed_site());
        let var = self.trace.fresh("v", Ty::Real, Kind::Join, span);
        let block = |(mut stmts, value): (Vec<Stmt>, Operand)| {
            stmts.push(Stmt::Assign {
                place: Place::whole(var),
                value,
                span,
            });
            Block(stmts)
        };
        self.out.push(Stmt::Declare { var, init: None });
        let id = self.trace.region_id();
        self.out.push(Stmt::If {
            id,
            cond,
            then: block(then),
            els: block(els),
            span,
        });
        Operand::Var(var)
    }
}

/// The partials of a function whose derivatives the user gives: its formulas are put into `out`.
pub fn given(
    formulas: &[Formula],
    eqn: &Eqn,
    out: &mut Vec<Stmt>,
    active: &dyn Fn(VarId) -> bool,
) -> Vec<(VarId, Operand)> {
    let mut found = Vec::new();
    for (arg, formula) in eqn.args.iter().zip(formulas) {
        if let Some(var) = arg.var().filter(|var| active(*var)) {
            out.extend(formula.block.0.iter().cloned());
            if formula.value.lit() != Some(0.0) {
                found.push((var, formula.value.clone()));
            }
        }
    }
    found
}

/// Whether a statement costs no more than the branch round it.
fn is_cheap(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Let(Eqn {
            op: Op::Rule(row), ..
        }) => row.is_cheap(),
        Stmt::Let(_) => true,
        _ => false,
    }
}

/// `LN_2` and its like.
fn named_constant(name: &str) -> Operand {
    use std::f64::consts::*;
    let value = match name {
        "PI" => PI,
        "LN_2" => LN_2,
        "LN_10" => LN_10,
        "LOG2_E" => LOG2_E,
        "LOG10_E" => LOG10_E,
        other => panic!("the rule table names `{other}`, which is neither parameter nor constant"),
    };
    Operand::Lit(value, None)
}

/// The value of an integer expression, if it is known now.
fn static_int(expr: &Expr, env: &HashMap<&str, Operand>) -> Option<i64> {
    match expr {
        Expr::Paren(inner) => static_int(&inner.expr, env),
        Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        Expr::Path(path) => match env.get(path.path.get_ident()?.to_string().as_str())? {
            Operand::Code(code) => {
                let text = code.tokens.to_string().replace([' ', '(', ')'], "");
                text.trim_end_matches("i32").parse().ok()
            }
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            static_int(&unary.expr, env).map(|n| -n)
        }
        Expr::Binary(binary) => {
            let (a, b) = (
                static_int(&binary.left, env)?,
                static_int(&binary.right, env)?,
            );
            match binary.op {
                BinOp::Add(_) => Some(a + b),
                BinOp::Sub(_) => Some(a - b),
                BinOp::Mul(_) => Some(a * b),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value of a literal, or of a parameter that is given one.
fn static_number(expr: &Expr, env: &HashMap<&str, Operand>) -> Option<f64> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Float(float) => float.base10_parse().ok(),
            _ => static_int(expr, env).map(|n| n as f64),
        },
        Expr::Path(path) => match env.get(path.path.get_ident()?.to_string().as_str())? {
            Operand::Lit(value, _) => Some(*value),
            _ => static_int(expr, env).map(|n| n as f64),
        },
        _ => static_int(expr, env).map(|n| n as f64),
    }
}

fn static_condition(expr: &Expr, env: &HashMap<&str, Operand>) -> Option<bool> {
    match expr {
        Expr::Paren(inner) => static_condition(&inner.expr, env),
        Expr::Binary(binary) => {
            let (a, b) = (
                static_number(&binary.left, env),
                static_number(&binary.right, env),
            );
            match (&binary.op, a, b) {
                (BinOp::Eq(_), Some(a), Some(b)) => Some(a == b),
                (BinOp::Ne(_), Some(a), Some(b)) => Some(a != b),
                (BinOp::Lt(_), Some(a), Some(b)) => Some(a < b),
                (BinOp::Gt(_), Some(a), Some(b)) => Some(a > b),
                (BinOp::Le(_), Some(a), Some(b)) => Some(a <= b),
                (BinOp::Ge(_), Some(a), Some(b)) => Some(a >= b),
                _ => None,
            }
        }
        _ => None,
    }
}

impl Builder<'_> {
    /// A formula as tokens, its parameters replaced by their operands; for conditions and integers.
    fn plain(&self, expr: &Expr, env: &HashMap<&str, Operand>) -> (TokenStream, Vec<VarId>) {
        let mut reads = Vec::new();
        let tokens = self.substitute(expr.to_token_stream(), env, &mut reads);
        (tokens, reads)
    }

    fn substitute(
        &self,
        tokens: TokenStream,
        env: &HashMap<&str, Operand>,
        reads: &mut Vec<VarId>,
    ) -> TokenStream {
        use proc_macro2::{Group, TokenTree};
        tokens
            .into_iter()
            .flat_map(|token| match token {
                TokenTree::Ident(ident) => match env.get(ident.to_string().as_str()) {
                    Some(operand) => {
                        reads.extend_from_slice(operand.reads());
                        crate::emit::receiver(operand, self.trace, self.base)
                    }
                    None => ident.to_token_stream(),
                },
                TokenTree::Literal(literal) if self.base == Base::Parameter => {
                    match literal.to_string().parse::<f64>() {
                        Ok(value) if literal.to_string().contains('.') => float::number(value),
                        _ => literal.to_token_stream(),
                    }
                }
                TokenTree::Group(group) => {
                    let inner = self.substitute(group.stream(), env, reads);
                    Group::new(group.delimiter(), inner).to_token_stream()
                }
                other => other.to_token_stream(),
            })
            .collect()
    }
}

thread_local! {
    /// The formulas parsed so far in one expansion.
    static FORMULAS: RefCell<HashMap<&'static str, Rc<Expr>>> = RefCell::default();
}

fn parsed(row: &Row, formula: &'static str) -> Rc<Expr> {
    FORMULAS.with_borrow_mut(|formulas| {
        let parse = || {
            let expr = syn::parse_str(formula)
                .unwrap_or_else(|error| panic!("row `{}`: {formula}: {error}", row.name));
            Rc::new(expr)
        };
        formulas.entry(formula).or_insert_with(parse).clone()
    })
}

/// To be called when an expansion begins: tokens do not outlive the one that they were made in.
pub fn forget_formulas() {
    FORMULAS.with_borrow_mut(HashMap::clear);
}
