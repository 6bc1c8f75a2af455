//! How an equation reads in the printable trace.

use crate::analysis::activity::Activity;
use crate::ir::*;

/// The record of `eqn`, its parents still to be entered.
pub fn of_equation(trace: &Trace, rule: &str, eqn: &Eqn, activity: &Activity) -> Record {
    let mut constants = Vec::new();
    let mut parents = 0;
    let args: Vec<String> = eqn
        .args
        .iter()
        .map(|arg| {
            if activity.active_var(arg).is_some() {
                parents += 1;
                return format!("{{{}}}", parents - 1);
            }
            constant(arg, &mut constants)
        })
        .collect();
    Record {
        name: trace.var(eqn.var).source_name.clone(),
        template: template(rule, &args),
        value: Operand::Var(eqn.var),
        parents: Vec::new(),
        constants,
    }
}

/// The record of `before + value`, or `before − value`.
pub fn of_sum(
    name: String,
    (old, now): (Operand, Operand),
    before: Operand,
    value: &Operand,
    node: Option<Operand>,
    negative: bool,
) -> Record {
    let mut constants = Vec::new();
    let sign = if negative { -1.0 } else { 1.0 };
    let mut parents = vec![(before, Operand::ONE)];
    let term = match node {
        Some(node) => {
            parents.push((node, Operand::Lit(sign, None)));
            "{1}".to_string()
        }
        None => constant(value, &mut constants),
    };
    constants.push(old);
    if parents.len() == 2 {
        constants.push(value.clone());
    }
    let op = if negative { "sub" } else { "add" };
    let template = template(op, &["{0}".to_string(), term]);
    Record {
        name,
        template,
        value: now,
        parents,
        constants,
    }
}

fn constant(operand: &Operand, constants: &mut Vec<Operand>) -> String {
    match operand {
        Operand::Lit(value, _) => number(*value),
        Operand::Code(code) if code.reads.is_empty() && !code.ty.is_real() => {
            code.tokens.to_string().replace(' ', "")
        }
        other => {
            constants.push(other.clone());
            format!("{{c{}}}", constants.len() - 1)
        }
    }
}

/// A number as one writes it: `2`, `0.5`, `−1`.
pub fn number(value: f64) -> String {
    value.to_string().replace('-', "−")
}

/// The expression of a rule, given how its arguments read.
pub fn template(name: &str, args: &[String]) -> String {
    match (name, args) {
        ("add", [a, b]) => format!("{a} + {b}"),
        ("sub", [a, b]) => format!("{a} − {b}"),
        ("mul", [a, b]) => format!("{a}·{b}"),
        ("div", [a, b]) => format!("{a}/{b}"),
        ("rem", [a, b]) => format!("{a} mod {b}"),
        ("neg", [a]) => format!("−{a}"),
        ("powi" | "powf", [a, b]) => format!("{a}^{b}"),
        ("abs", [a]) => format!("|{a}|"),
        ("sqrt", [a]) => format!("√{a}"),
        (_, [a]) => format!("{name} {a}"),
        _ => format!("{name}({})", args.join(", ")),
    }
}
