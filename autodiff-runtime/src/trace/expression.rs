//! The right-hand side of an equation as text, and numbers for people.

use super::order::Order;
use super::{Node, Trace};

/// Longest expression in a table or a drawing; a sum of a thousand terms is cut.
const LONGEST: usize = 48;

/// The template of a row with operands and constants put in.
pub fn expression(trace: &Trace, order: &Order, row: usize) -> String {
    let template = trace.texts.text(trace.entries[row].template);
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((place, after)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            break;
        };
        text.push_str(&operand(trace, order, row, place));
        rest = after;
    }
    text.push_str(rest);
    cut(text)
}

/// What stands at `{0}` or `{c0}`. A place that the equation lacks is shown as it was written.
fn operand(trace: &Trace, order: &Order, row: usize, place: &str) -> String {
    let constant = place.strip_prefix('c').and_then(|index| index.parse().ok());
    if let Some(constant) = constant.and_then(|index: usize| trace.constants(row).get(index)) {
        return constant.to_string();
    }
    let node = place
        .parse()
        .ok()
        .and_then(|index: usize| trace.operands(row).get(index));
    match node {
        Some(&(Node::NONE, _)) => constant_operand(trace, row, place),
        Some(&(Node(operand), _)) => order.symbol(operand as usize),
        None => format!("{{{place}}}"),
    }
}

/// An operand without a node is a constant: its value, if the equation came with those of its
/// operands.
fn constant_operand(trace: &Trace, row: usize, place: &str) -> String {
    let (constants, operands) = (trace.constants(row), trace.operands(row).len());
    let index = constants
        .len()
        .checked_sub(operands)
        .zip(place.parse().ok());
    match index.and_then(|(skip, k): (usize, usize)| constants.get(skip + k)) {
        Some(value) => value.to_string(),
        None => "const".to_owned(),
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Fixed point where that shows the digits, otherwise scientific.
pub fn number(value: f64, decimals: usize) -> String {
    let size = value.abs();
    if size >= 1e9 && size.is_finite() || size > 0.0 && size < 0.1_f64.powi(decimals as i32) {
        format!("{value:.decimals$e}")
    } else {
        format!("{value:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(template: &str) -> String {
        let mut trace = Trace::new("f");
        let x = trace.input("x", 1.0);
        trace.equation("", template, 2.0, &[(x, 1.0), (Node::NONE, 0.0)], &[2.5]);
        expression(&trace, &Order::by_level(&trace), 1)
    }

    #[test]
    fn templates_are_filled() {
        assert_eq!(shown("{c0}·{0}"), "2.5·u₀");
        assert_eq!(shown("max({0}, {1})"), "max(u₀, const)");
        let mut trace = Trace::new("f");
        trace.equation(
            "",
            "{0} + {1}",
            4.5,
            &[(Node::NONE, 1.0), (Node::NONE, 1.0)],
            &[2.5, 2.0],
        );
        assert_eq!(expression(&trace, &Order::by_level(&trace), 0), "2.5 + 2");
    }

    #[test]
    fn odd_templates_survive() {
        assert_eq!(shown("{0} {7} {c3} {"), "u₀ {7} {c3} {");
        assert_eq!(shown(&"·".repeat(60)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn small_and_large_numbers_keep_their_digits() {
        assert_eq!(number(1.61755, 4), "1.6176");
        assert_eq!(number(0.0, 4), "0.0000");
        assert_eq!(number(-2.5e-7, 4), "-2.5000e-7");
        assert_eq!(number(1.25e12, 4), "1.2500e12");
        assert_eq!(number(f64::INFINITY, 4), "inf");
    }
}
