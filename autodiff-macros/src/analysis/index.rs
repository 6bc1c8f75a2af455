//! Index expressions as polynomials, and what they say about two iterations of a loop.

use crate::ir::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use syn::{BinOp, Expr, Lit};

/// A polynomial with integer coefficients: for each product of variables its coefficient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial(BTreeMap<Vec<VarId>, i64>);

impl Polynomial {
    pub fn constant(value: i64) -> Polynomial {
        Polynomial::term(Vec::new(), value)
    }

    fn term(product: Vec<VarId>, coefficient: i64) -> Polynomial {
        let mut terms = BTreeMap::new();
        if coefficient != 0 {
            terms.insert(product, coefficient);
        }
        Polynomial(terms)
    }

    pub fn plus(&self, other: &Polynomial, factor: i64) -> Polynomial {
        let mut sum = self.0.clone();
        for (product, coefficient) in &other.0 {
            *sum.entry(product.clone()).or_insert(0) += factor * coefficient;
        }
        sum.retain(|_, coefficient| *coefficient != 0);
        Polynomial(sum)
    }

    fn times(&self, other: &Polynomial) -> Polynomial {
        let mut total = Polynomial::default();
        for (a, x) in &self.0 {
            for (b, y) in &other.0 {
                let mut product: Vec<VarId> = a.iter().chain(b).copied().collect();
                product.sort();
                total = total.plus(&Polynomial::term(product, x * y), 1);
            }
        }
        total
    }

    /// The terms that `keep` accepts.
    fn part(&self, keep: impl Fn(&[VarId]) -> bool) -> Polynomial {
        let terms = self.0.iter().filter(|(product, _)| keep(product));
        Polynomial(terms.map(|(p, c)| (p.clone(), *c)).collect())
    }

    fn vars(&self) -> HashSet<VarId> {
        self.0.keys().flatten().copied().collect()
    }

    /// What `var` is multiplied with, if it occurs to the first power only.
    fn slope(&self, var: VarId) -> Option<Polynomial> {
        let mut slope = Polynomial::default();
        for (product, coefficient) in &self.0 {
            match product.iter().filter(|of| **of == var).count() {
                0 => {}
                1 => {
                    let rest = product.iter().copied().filter(|of| *of != var).collect();
                    slope = slope.plus(&Polynomial::term(rest, *coefficient), 1);
                }
                _ => return None,
            }
        }
        Some(slope)
    }

    /// Whether it cannot be negative, whatever its variables are: they are unsigned.
    fn is_nonnegative(&self) -> bool {
        self.0.values().all(|coefficient| *coefficient >= 0)
    }
}

/// A loop over a range, and what it counts.
#[derive(Clone, Debug)]
pub struct Range {
    pub var: VarId,
    /// The first value and the last.
    pub ends: Option<(Polynomial, Polynomial)>,
}

/// What is known of the variables in indices.
pub struct Indices<'a> {
    trace: &'a Trace,
    /// How the variables that are computed from others are.
    definitions: HashMap<VarId, &'a Code>,
}

impl<'a> Indices<'a> {
    pub fn new(trace: &'a Trace, stmts: impl IntoIterator<Item = &'a Stmt>) -> Indices<'a> {
        let mut definitions = HashMap::new();
        let mut note = |stmt: &'a Stmt| {
            if let Stmt::Let(Eqn {
                var,
                op: Op::Passive(code),
                ..
            }) = stmt
                && code.pure
            {
                definitions.insert(*var, code);
            }
        };
        for stmt in stmts {
            note(stmt);
            for block in stmt.blocks() {
                block.walk(&mut note);
            }
        }
        Indices { trace, definitions }
    }

    /// The polynomial that an index is.
    pub fn polynomial(&self, index: &Operand) -> Option<Polynomial> {
        match index {
            Operand::Var(var) => self.var(*var),
            Operand::Lit(..) => None,
            Operand::Code(code) => self.code(code),
        }
    }

    fn var(&self, var: VarId) -> Option<Polynomial> {
        if self.trace.var(var).mutated {
            return None;
        }
        let defined = self.definitions.get(&var).and_then(|code| self.code(code));
        Some(defined.unwrap_or_else(|| Polynomial::term(vec![var], 1)))
    }

    fn code(&self, code: &Code) -> Option<Polynomial> {
        self.expr(&syn::parse2(code.tokens.clone()).ok()?, code)
    }

    fn expr(&self, expr: &Expr, code: &Code) -> Option<Polynomial> {
        match expr {
            Expr::Paren(inner) => self.expr(&inner.expr, code),
            Expr::Group(inner) => self.expr(&inner.expr, code),
            Expr::Lit(lit) => match &lit.lit {
                Lit::Int(int) => Some(Polynomial::constant(int.base10_parse().ok()?)),
                _ => None,
            },
            Expr::Path(path) => {
                let ident = path.path.get_ident()?;
                let named = |var: &&VarId| self.trace.var(**var).ident == *ident;
                self.var(*code.reads.iter().find(named)?)
            }
            Expr::Binary(binary) => {
                let (a, b) = (
                    self.expr(&binary.left, code)?,
                    self.expr(&binary.right, code)?,
                );
                match binary.op {
                    BinOp::Add(_) => Some(a.plus(&b, 1)),
                    BinOp::Sub(_) => Some(a.plus(&b, -1)),
                    BinOp::Mul(_) => Some(a.times(&b)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The range of a loop, if it is one.
    pub fn range(&self, l: &Loop) -> Option<Range> {
        let Head::Range {
            var,
            lo,
            hi,
            inclusive,
            ..
        } = &l.head
        else {
            return None;
        };
        let last = i64::from(!inclusive);
        let ends = self.polynomial(lo).zip(self.polynomial(hi));
        let ends = ends.map(|(lo, hi)| (lo, hi.plus(&Polynomial::constant(last), -1)));
        Some(Range { var: *var, ends })
    }
}

/// Whether `a` and `b`, in different iterations of the loop `nest[level]` but the same ones of
/// those around it, are never the same index. `nests` are the loops round either, outermost first;
/// `fixed` says whether a variable is the same everywhere.
pub fn separated(
    (a, a_nest): (&Polynomial, &[Range]),
    (b, b_nest): (&Polynomial, &[Range]),
    level: usize,
    fixed: &dyn Fn(VarId) -> bool,
) -> bool {
    let split = |index: &Polynomial, nest: &[Range]| {
        let var = nest[level].var;
        let stride = index.slope(var)?;
        let counted: HashSet<VarId> = nest[level..].iter().map(|range| range.var).collect();
        let known = |var: VarId| fixed(var) || nest.iter().any(|range| range.var == var);
        if stride.vars().iter().any(|var| counted.contains(var))
            || !index.vars().into_iter().all(known)
        {
            return None;
        }
        let rest = index.part(|product| !product.contains(&var));
        // What is the same in both iterations, and what the loops inside add to it.
        let outer: HashSet<VarId> = nest[..level].iter().map(|range| range.var).collect();
        let shared = rest.part(|product| product.iter().any(|var| outer.contains(var)));
        let own = rest.plus(&shared, -1);
        let (low, high) = bounds(&own, &nest[level + 1..])?;
        let inside = stride
            .plus(&Polynomial::constant(1), -1)
            .plus(&high, -1)
            .is_nonnegative();
        (low.is_nonnegative() && inside).then_some((stride, shared))
    };
    match (split(a, a_nest), split(b, b_nest)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// The least and the greatest value over all iterations of the loops `nest`.
fn bounds(of: &Polynomial, nest: &[Range]) -> Option<(Polynomial, Polynomial)> {
    let (mut low, mut high) = (of.clone(), of.clone());
    for range in nest.iter().rev() {
        let var = range.var;
        if low.vars().contains(&var) || high.vars().contains(&var) {
            let (first, last) = range.ends.as_ref()?;
            low = at_end(&low, var, first, last)?;
            high = at_end(&high, var, last, first)?;
        }
    }
    Some((low, high))
}

/// `of` with `rising` for `var` where it grows with it, and `falling` where it falls.
fn at_end(
    of: &Polynomial,
    var: VarId,
    rising: &Polynomial,
    falling: &Polynomial,
) -> Option<Polynomial> {
    let slope = of.slope(var)?;
    let rest = of.part(|product| !product.contains(&var));
    let negative = Polynomial::default().plus(&slope, -1);
    let end = if slope.is_nonnegative() {
        rising
    } else if negative.is_nonnegative() {
        falling
    } else {
        return None;
    };
    Some(rest.plus(&slope.times(end), 1))
}
