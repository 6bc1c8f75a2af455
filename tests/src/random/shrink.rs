//! Makes a failing program smaller while it fails in the same way.

use super::compile::{Laboratory, Outcome};
use super::program::*;
use std::io;

/// How many candidates are compiled together.
const BATCH: usize = 24;

/// A smaller program that fails like `program`, as small as one step at a time gets.
///
/// # Errors
///
/// As for [`Laboratory::test`].
pub fn shrink(
    laboratory: &Laboratory,
    program: &Program,
    failure: &Outcome,
    rounds: usize,
) -> io::Result<(Program, Outcome)> {
    let mut best = (program.clone(), failure.clone());
    for _ in 0..rounds {
        let mut candidates = candidates(&best.0);
        candidates.sort_by_key(size);
        let mut smaller = None;
        for batch in candidates.chunks(BATCH) {
            smaller = first_like(laboratory, batch, failure)?;
            if smaller.is_some() {
                break;
            }
        }
        match smaller {
            Some(found) => best = found,
            None => break,
        }
    }
    Ok(best)
}

fn first_like(
    laboratory: &Laboratory,
    batch: &[Program],
    failure: &Outcome,
) -> io::Result<Option<(Program, Outcome)>> {
    let rust = laboratory.are_rust(batch)?;
    let rust: Vec<Program> = batch
        .iter()
        .zip(rust)
        .filter(|(_, is_rust)| *is_rust)
        .map(|(program, _)| program.clone())
        .collect();
    let outcomes = laboratory.test(&rust)?;
    let mut pairs = rust.into_iter().zip(outcomes);
    Ok(pairs.find(|(_, outcome)| outcome.is_like(failure)))
}

/// The number of nodes.
fn size(program: &Program) -> usize {
    let debug = format!("{:?}", program.functions);
    debug.matches(['(', '{']).count()
}

/// All programs with one part removed or replaced by a part of itself.
fn candidates(program: &Program) -> Vec<Program> {
    let mut found = Vec::new();
    let with_body = |k: usize, change: &mut dyn FnMut(&mut Function)| {
        let mut changed = program.clone();
        change(&mut changed.functions[k]);
        changed
    };
    for (k, function) in program.functions.iter().enumerate() {
        if k + 1 < program.functions.len() {
            let mut without = program.clone();
            without.functions.remove(k);
            found.push(without);
        }
        for body in smaller_bodies(&function.body) {
            found.push(with_body(k, &mut |f| f.body = body.clone()));
        }
        for at in 0..function.result.len() {
            for value in smaller_exprs(&function.result[at]) {
                found.push(with_body(k, &mut |f| f.result[at] = value.clone()));
            }
        }
    }
    found
}

fn smaller_bodies(body: &[Stmt]) -> Vec<Vec<Stmt>> {
    let mut found = Vec::new();
    for at in 0..body.len() {
        let mut without = body.to_vec();
        without.remove(at);
        found.push(without);
        for replacement in smaller_stmts(&body[at]) {
            let mut changed = body.to_vec();
            changed.splice(at..=at, replacement);
            found.push(changed);
        }
    }
    found
}

/// What a statement may be replaced by.
fn smaller_stmts(stmt: &Stmt) -> Vec<Vec<Stmt>> {
    let nested = |body: &[Stmt], make: &dyn Fn(Vec<Stmt>) -> Stmt| -> Vec<Vec<Stmt>> {
        let mut found: Vec<Vec<Stmt>> = smaller_bodies(body)
            .into_iter()
            .map(|body| vec![make(body)])
            .collect();
        found.push(body.to_vec());
        found
    };
    match stmt {
        Stmt::If(cond, then, els) => {
            let mut found = nested(then, &|then| Stmt::If(cond.clone(), then, els.clone()));
            found.extend(nested(els, &|els| {
                Stmt::If(cond.clone(), then.clone(), els)
            }));
            found
        }
        Stmt::For(name, range, body) => {
            nested(body, &|body| Stmt::For(name.clone(), range.clone(), body))
        }
        Stmt::While(name, times, cond, body) => {
            let mut found = nested(body, &|body| {
                Stmt::While(name.clone(), *times, cond.clone(), body)
            });
            found.push(vec![Stmt::While(name.clone(), *times, None, body.clone())]);
            found
        }
        Stmt::Loop(name, times, cond, body) => {
            let mut found = nested(body, &|body| {
                Stmt::Loop(name.clone(), *times, cond.clone(), body)
            });
            found.push(vec![Stmt::Loop(name.clone(), *times, None, body.clone())]);
            found
        }
        Stmt::Block(body) => nested(body, &Stmt::Block),
        Stmt::Each(items, body) => nested(body, &|body| Stmt::Each(items.clone(), body)),
        Stmt::Match(_, arms) => arms.clone(),
        Stmt::Let {
            name,
            mutable,
            value,
        } => rebuilt(value, |value| Stmt::Let {
            name: name.clone(),
            mutable: *mutable,
            value,
        }),
        Stmt::Assign(place, value) => rebuilt(value, |value| Stmt::Assign(place.clone(), value)),
        Stmt::Compound(op, place, value) => {
            rebuilt(value, |value| Stmt::Compound(op, place.clone(), value))
        }
        Stmt::LetPair {
            name,
            mutable,
            first,
            second,
        } => {
            let make = |first: Expr, second: Expr| Stmt::LetPair {
                name: name.clone(),
                mutable: *mutable,
                first,
                second,
            };
            let mut found = rebuilt(first, |first| make(first, second.clone()));
            found.extend(rebuilt(second, |second| make(first.clone(), second)));
            found
        }
        _ => Vec::new(),
    }
}

fn rebuilt(value: &Expr, make: impl Fn(Expr) -> Stmt) -> Vec<Vec<Stmt>> {
    smaller_exprs(value)
        .into_iter()
        .map(|value| vec![make(value)])
        .collect()
}

/// What an expression may be replaced by.
fn smaller_exprs(expr: &Expr) -> Vec<Expr> {
    let one = |x: &Expr, make: &dyn Fn(Box<Expr>) -> Expr| -> Vec<Expr> {
        let mut found = vec![x.clone()];
        found.extend(smaller_exprs(x).into_iter().map(|x| make(Box::new(x))));
        found
    };
    match expr {
        Expr::Literal(_) => Vec::new(),
        Expr::Read(_) | Expr::Cast(_) => vec![Expr::Literal(0.5)],
        Expr::Unary(method, x) => one(x, &|x| Expr::Unary(method, x)),
        Expr::Smooth(formula, x) => one(x, &|x| Expr::Smooth(*formula, x)),
        Expr::Binary(op, a, b) => {
            let mut found = one(a, &|a| Expr::Binary(op, a, b.clone()));
            found.extend(one(b, &|b| Expr::Binary(op, a.clone(), b)));
            found
        }
        Expr::Method(method, a, b) => {
            let mut found = one(a, &|a| Expr::Method(method, a, b.clone()));
            found.extend(one(b, &|b| Expr::Method(method, a.clone(), b)));
            found
        }
        Expr::MulAdd(a, b, c) => [a, b, c].map(|x| (**x).clone()).to_vec(),
        Expr::If(cond, a, b) => {
            let mut found = one(a, &|a| Expr::If(cond.clone(), a, b.clone()));
            found.extend(one(b, &|b| Expr::If(cond.clone(), a.clone(), b)));
            found
        }
        Expr::Block(stmts, value) => {
            let mut found = one(value, &|value| Expr::Block(stmts.clone(), value));
            found.extend(
                smaller_bodies(stmts)
                    .into_iter()
                    .map(|stmts| Expr::Block(stmts, value.clone())),
            );
            found
        }
        Expr::Call(..) | Expr::CallPart(..) | Expr::Extreme(..) | Expr::CallClosure(..) => {
            vec![Expr::Literal(0.5)]
        }
        Expr::Reduce(method, items, body) => {
            let mut found = vec![Expr::Literal(0.5)];
            let make = |body| Expr::Reduce(method, items.clone(), Box::new(body));
            found.extend(smaller_exprs(body).into_iter().map(make));
            found
        }
        Expr::Fold(acc, start, items, body) => {
            let mut found = vec![(**start).clone()];
            let make = |body| Expr::Fold(acc.clone(), start.clone(), items.clone(), Box::new(body));
            found.extend(smaller_exprs(body).into_iter().map(make));
            found
        }
        Expr::Match(_, arms) | Expr::MatchGuard(_, _, arms) => arms.clone(),
        Expr::LoopValue(name, cond, body, value) => {
            let mut found = vec![(**value).clone()];
            let make = |body| Expr::LoopValue(name.clone(), cond.clone(), body, value.clone());
            found.extend(smaller_bodies(body).into_iter().map(make));
            found
        }
        Expr::Labelled(_, then, els) => vec![(**then).clone(), (**els).clone()],
    }
}
