//! A trace as text: the table of equations of the textbooks, regions indented.

use super::*;
use std::fmt::Write;

/// Prints the trace, one statement a line.
pub fn print(trace: &Trace) -> String {
    let mut out = String::new();
    block(&trace.body, trace, 0, &mut out);
    if let Some(result) = &trace.result {
        let _ = writeln!(out, "result {}", operand(result, trace));
    }
    out
}

fn block(block_: &Block, trace: &Trace, depth: usize, out: &mut String) {
    for stmt in &block_.0 {
        let indent = "  ".repeat(depth);
        let _ = writeln!(out, "{indent}{}", line(stmt, trace));
        for (k, inner) in stmt.blocks().into_iter().enumerate() {
            if k == 1 {
                let _ = writeln!(out, "{indent}--");
            }
            block(inner, trace, depth + 1, out);
        }
    }
}

fn name(var: VarId, trace: &Trace) -> String {
    trace.var(var).ident.to_string()
}

fn names(vars: &[VarId], trace: &Trace) -> String {
    vars.iter()
        .map(|var| name(*var, trace))
        .collect::<Vec<_>>()
        .join(", ")
}

fn operand(operand: &Operand, trace: &Trace) -> String {
    match operand {
        Operand::Var(var) => name(*var, trace),
        Operand::Lit(value, _) => value.to_string(),
        Operand::Code(code) => format!("‹{}›", code.tokens),
    }
}

fn place(place: &Place, trace: &Trace) -> String {
    let mut text = name(place.root, trace);
    for step in &place.path {
        match step {
            Step::Index(index) => {
                let _ = write!(text, "[{}]", operand(index, trace));
            }
            Step::Field(field) => {
                let _ = write!(text, ".{field}");
            }
            Step::Payload => text.push('?'),
            Step::Range(code) => {
                let _ = write!(text, "[{}]", code.tokens);
            }
        }
    }
    text
}

fn line(stmt: &Stmt, trace: &Trace) -> String {
    match stmt {
        Stmt::Let(eqn) => format!("{} = {}", name(eqn.var, trace), right_side(eqn, trace)),
        Stmt::Declare {
            var,
            init: Some(init),
        } => {
            format!("slot {} = {}", name(*var, trace), operand(init, trace))
        }
        Stmt::Declare { var, init: None } => format!("slot {}", name(*var, trace)),
        Stmt::Assign {
            place: at, value, ..
        } => {
            format!("{} := {}", place(at, trace), operand(value, trace))
        }
        Stmt::Accumulate {
            place: at,
            value,
            negative,
            ..
        } => {
            let sign = if *negative { '-' } else { '+' };
            format!("{} {sign}= {}", place(at, trace), operand(value, trace))
        }
        Stmt::AccumulateAll { place: at, other } => {
            format!("{} +=all {}", place(at, trace), place(other, trace))
        }
        Stmt::Clear { place: at } => format!("{} := 0 (all)", place(at, trace)),
        Stmt::Push {
            place: at, value, ..
        } => {
            format!("{} push {}", place(at, trace), operand(value, trace))
        }
        Stmt::Pop { place: at, var, .. } => {
            format!("{} = pop {}", name(*var, trace), place(at, trace))
        }
        Stmt::If { cond, .. } => format!("if {}", operand(cond, trace)),
        Stmt::Loop(l) => match &l.head {
            Head::Range {
                var,
                lo,
                hi,
                inclusive,
                reversed,
                ..
            } => format!(
                "for {} in {}{}{}{}",
                name(*var, trace),
                operand(lo, trace),
                if *inclusive { "..=" } else { ".." },
                operand(hi, trace),
                if *reversed { " reversed" } else { "" }
            ),
            Head::While { cond, .. } => format!("while {}", operand(cond, trace)),
            Head::Each { pattern, iter, .. } => format!("for {pattern} in ‹{}›", iter.tokens),
            Head::Replay { trips } => format!("repeat {}", name(*trips, trace)),
        },
        Stmt::Call(call) => match &call.form {
            CallForm::Plain => {
                format!(
                    "{} = call {}",
                    name(call.result, trace),
                    callee(&call.callee)
                )
            }
            CallForm::Forward { pullback } => format!(
                "{}, {} = pull {}",
                name(call.result, trace),
                name(*pullback, trace),
                callee(&call.callee)
            ),
            CallForm::Backward { pullback, .. } => format!("{}(…)", name(*pullback, trace)),
        },
        Stmt::Passive { code, .. } => format!("‹{}›", code.tokens),
        Stmt::NewStore { var, store } => format!("store {} ({store:?})", name(*var, trace)),
        Stmt::Put { var, values, .. } => {
            format!("{} <- {}", name(*var, trace), names(values, trace))
        }
        Stmt::Take { var, values, .. } => {
            format!("{} -> {}", name(*var, trace), names(values, trace))
        }
        Stmt::Snapshot { store, values } => {
            format!("{} <- {}", name(*store, trace), names(values, trace))
        }
        Stmt::Revisit {
            store,
            from,
            step,
            values,
        } => {
            let bound: Vec<VarId> = [from, step].into_iter().chain(values).copied().collect();
            format!("{} -> {}", name(*store, trace), names(&bound, trace))
        }
    }
}

fn callee(callee: &Callee) -> String {
    match callee {
        Callee::Function(path) | Callee::Keyed { path, .. } => path.to_string().replace(' ', ""),
        Callee::Associated(ty, name) => format!("{ty}{name}").replace(' ', ""),
        Callee::Method(name) => format!(".{name}"),
        Callee::Operator(operator) => operator.name.to_string(),
    }
}

fn right_side(eqn: &Eqn, trace: &Trace) -> String {
    let args: Vec<String> = eqn.args.iter().map(|arg| operand(arg, trace)).collect();
    let args = args.join(", ");
    match &eqn.op {
        Op::Rule(row) => format!("{}({args})", row.name),
        Op::Copy => args,
        Op::Cast(ty) => format!("{args} as {ty}"),
        Op::Load(at) => format!("load {}", place(at, trace)),
        Op::Array => format!("[{args}]"),
        Op::VecOf => format!("vec[{args}]"),
        Op::Tuple => format!("({args})"),
        Op::Struct(path, _) => format!("{path} {{ {args} }}"),
        Op::Wrap(path) => format!("{path}({args})"),
        Op::Repeat(len) => format!("[{args}; {len}]"),
        Op::VecRepeat => format!("vec repeat({args})"),
        Op::Select(cond) => format!("select({}, {args})", operand(cond, trace)),
        Op::Passive(code) => format!("‹{}›", code.tokens),
        Op::ZeroAt(place) => format!("zero like {}", self::place(place, trace)),
        Op::ZeroLike(of) => format!("zero like {}", name(*of, trace)),
        Op::Zero => "zero".to_string(),
        Op::SumOf(at) => format!("sum {}", place(at, trace)),
        Op::CloneOf(at) => format!("clone {}", place(at, trace)),
        Op::Given(given) => format!("{}({args})", given.name),
        Op::Record(record) => format!("record {}", record.template),
    }
}
