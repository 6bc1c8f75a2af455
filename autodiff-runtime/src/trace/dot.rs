//! The computational graph in Graphviz's language.

use std::fmt::Write;

use super::Trace;
use super::expression::{expression, number};
use super::order::Order;

const DECIMALS: usize = 4;

impl Trace {
    /// The computational graph for Graphviz: a node for each variable with its expression and value,
    /// an edge from each operand with the partial by it.
    ///
    /// ```
    /// use autodiff_runtime::Trace;
    ///
    /// let mut trace = Trace::new("square");
    /// let x = trace.input("x", 3.0);
    /// let y = trace.equation("y", "{0}^2", 9.0, &[(x, 6.0)], &[]);
    /// trace.output("square", y);
    ///
    /// let dot = trace.to_dot();
    /// assert!(dot.starts_with("digraph"));
    /// assert!(dot.contains(r#"u0 -> u1 [label="6.0000"]"#));
    /// ```
    pub fn to_dot(&self) -> String {
        let order = Order::by_level(self);
        let mut dot = String::new();
        self.write_dot(&mut dot, &order)
            .expect("a string takes whatever is written");
        dot
    }

    fn write_dot(&self, dot: &mut String, order: &Order) -> std::fmt::Result {
        writeln!(dot, "digraph \"{}\" {{", escaped(&self.function))?;
        writeln!(dot, "  rankdir=LR;")?;
        writeln!(
            dot,
            "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];"
        )?;
        writeln!(dot, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
        for (place, &row) in order.rows().iter().enumerate() {
            let label = escaped(&self.label(order, row)).replace('\n', "\\n");
            let fill = match self.role(row) {
                Role::Input => ", fillcolor=\"#dbeafe\"",
                Role::Output => ", fillcolor=\"#fde68a\"",
                Role::Intermediate => "",
            };
            writeln!(dot, "  u{place} [label=\"{label}\"{fill}];")?;
        }
        for (place, &row) in order.rows().iter().enumerate() {
            for (operand, partial) in self.active_operands(row) {
                let (from, partial) = (order.place(operand), number(partial, DECIMALS));
                writeln!(dot, "  u{from} -> u{place} [label=\"{partial}\"];")?;
            }
        }
        writeln!(dot, "}}")
    }

    /// Symbol, name, expression and value of a row, on two or three lines.
    fn label(&self, order: &Order, row: usize) -> String {
        let [definition, name] = self.caption(order, row);
        let value = number(self.entries[row].value, DECIMALS);
        match name.is_empty() {
            true => format!("{definition}\n{value}"),
            false => format!("{name}\n{definition}\n{value}"),
        }
    }

    /// What defines a row, and its name in the source.
    pub(super) fn caption(&self, order: &Order, row: usize) -> [String; 2] {
        let symbol = order.symbol(row);
        let definition = match self.is_input(row) {
            true => symbol,
            false => format!("{symbol} = {}", expression(self, order, row)),
        };
        [definition, self.name(row).to_owned()]
    }

    pub(super) fn role(&self, row: usize) -> Role {
        let is_output = |&(_, node): &(u32, super::Node)| node.index() == Some(row);
        if self.is_input(row) {
            Role::Input
        } else if self.outputs.iter().any(is_output) {
            Role::Output
        } else {
            Role::Intermediate
        }
    }
}

/// What a variable is to the function.
#[derive(Clone, Copy, PartialEq)]
pub enum Role {
    Input,
    Intermediate,
    Output,
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::super::tests::tutorial;
    use super::*;

    #[test]
    fn has_a_node_for_each_variable_and_an_edge_for_each_operand() {
        let dot = tutorial().to_dot();
        assert_eq!(dot.matches(" -> ").count(), 8);
        assert_eq!(dot.matches("fillcolor=\"#dbeafe\"").count(), 2);
        assert!(
            dot.contains("[label=\"p\\nu₂ = u₋₁·u₀\\n4.5000\"]"),
            "{dot}"
        );
        assert!(dot.contains("u1 -> u4 [label=\"-0.3750\"]"), "{dot}");
    }

    #[test]
    fn quotes_are_escaped() {
        let mut trace = Trace::new(r#"a"b\"#);
        trace.input("x", 1.0);
        assert!(trace.to_dot().starts_with(r#"digraph "a\"b\\" {"#));
    }
}
