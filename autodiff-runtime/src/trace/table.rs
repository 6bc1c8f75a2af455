//! A trace as the tables of the textbooks.

use std::fmt;

use super::expression::{expression, number};
use super::order::Order;
use super::{Node, Trace, TraceError};

/// More rows than this are cut in the middle.
const ROWS: usize = 60;
/// Fewest decimals shown.
const DECIMALS: usize = 4;

/// How to print a [`Trace`]. The format `{:.6}` sets the decimals, at least four; `{:#}` prints the
/// rows as executed.
///
/// ```
/// use autodiff_runtime::Trace;
///
/// let mut trace = Trace::new("f");
/// let a = trace.input("a", 2.0);
/// let b = trace.input("b", 5.0);
/// let product = trace.equation("p", "{0}·{1}", 10.0, &[(a, 5.0), (b, 2.0)], &[]);
/// trace.output("f", product);
///
/// let table = trace.table().tangents_for("b")?;
/// println!("{table:.6}");
/// assert!(table.to_string().contains("∂u/∂b"));
/// # Ok::<(), autodiff_runtime::trace::TraceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table<'t> {
    trace: &'t Trace,
    input: Node,
    output: Node,
    rows: usize,
}

impl<'t> Table<'t> {
    pub(super) fn new(trace: &'t Trace) -> Self {
        Self {
            trace,
            input: trace.inputs.first().copied().unwrap_or_default(),
            output: trace.outputs.first().map_or(Node::NONE, |output| output.1),
            rows: ROWS,
        }
    }

    /// Shows the tangents for this input instead of the first.
    ///
    /// # Errors
    ///
    /// If there is no such input.
    pub fn tangents_for(self, input: &str) -> Result<Self, TraceError> {
        let input = self.trace.find_input(input)?;
        Ok(Self { input, ..self })
    }

    /// Shows the adjoints of this output instead of the first.
    ///
    /// # Errors
    ///
    /// If there is no such output.
    pub fn adjoints_of(self, output: &str) -> Result<Self, TraceError> {
        let output = self.trace.find_output(output)?;
        Ok(Self { output, ..self })
    }

    /// Shows at most this many rows, and how many were left out in the middle.
    #[must_use]
    pub fn at_most(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// The title, such as `f(x1, x2)`.
    pub(super) fn title(&self) -> String {
        let inputs = self.trace.inputs.iter();
        let names: Vec<_> = inputs
            .map(|node| self.trace.name(node.0 as usize))
            .collect();
        match names.len() {
            0..=8 => format!("{}({})", self.trace.function, names.join(", ")),
            many => format!(
                "{}({}, …, {})",
                self.trace.function,
                names[0],
                names[many - 1]
            ),
        }
    }

    fn header(&self) -> [String; COLUMNS] {
        let name = |node: Node, default| node.index().map_or(default, |row| self.trace.name(row));
        let output = self.trace.outputs().find(|output| output.1 == self.output);
        let output = output.map_or("y", |(name, _)| if name.is_empty() { "y" } else { name });
        [
            "u".to_owned(),
            "name".to_owned(),
            "expression".to_owned(),
            "value".to_owned(),
            format!("∂u/∂{}", name(self.input, "x")),
            format!("∂{output}/∂u"),
        ]
    }

    /// The first rows, the number of rows left out, the last rows.
    fn parts<'o>(&self, order: &'o Order) -> (&'o [usize], usize, &'o [usize]) {
        let rows = order.rows();
        let tail = self.rows / 3;
        match rows.len().checked_sub(self.rows) {
            None | Some(0) => (rows, 0, &[]),
            Some(missing) => {
                let (head, rest) = rows.split_at(self.rows - tail);
                (head, missing, &rest[missing..])
            }
        }
    }
}

const COLUMNS: usize = 6;
/// From this column on cells are numbers and stand to the right.
const FIRST_NUMBER: usize = 3;

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match f.alternate() {
            true => Order::by_execution(self.trace),
            false => Order::by_level(self.trace),
        };
        let decimals = f.precision().unwrap_or(DECIMALS).max(DECIMALS);
        let tangents = self.trace.push_forward(self.input);
        let adjoints = self.trace.pull_back(self.output);
        let cells = |&row: &usize| {
            [
                order.symbol(row),
                self.trace.name(row).to_owned(),
                expression(self.trace, &order, row),
                number(self.trace.entries[row].value, decimals),
                number(tangents[row], decimals),
                number(adjoints[row], decimals),
            ]
        };
        let (head, missing, tail) = self.parts(&order);
        let [head, tail] = [head, tail].map(|rows| rows.iter().map(cells).collect::<Vec<_>>());
        let header = self.header();
        let widths = widths([&header].into_iter().chain(&head).chain(&tail));

        writeln!(f, "{}", self.title())?;
        write_row(f, &header, widths)?;
        writeln!(
            f,
            "{}",
            "─".repeat(widths.iter().sum::<usize>() + 2 * (COLUMNS - 1))
        )?;
        head.iter()
            .try_for_each(|cells| write_row(f, cells, widths))?;
        if missing > 0 {
            writeln!(f, "⋮ {missing} more rows")?;
        }
        tail.iter()
            .try_for_each(|cells| write_row(f, cells, widths))
    }
}

fn widths<'a>(rows: impl Iterator<Item = &'a [String; COLUMNS]>) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for cells in rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

fn write_row(
    f: &mut fmt::Formatter<'_>,
    cells: &[String; COLUMNS],
    widths: [usize; COLUMNS],
) -> fmt::Result {
    let mut line = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let padding = " ".repeat(width - cell.chars().count());
        line.push_str(if column == 0 { "" } else { "  " });
        let (before, after) = if column < FIRST_NUMBER {
            ("", &*padding)
        } else {
            (&*padding, "")
        };
        line.extend([before, cell, after]);
    }
    writeln!(f, "{}", line.trim_end())
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.table(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tutorial;
    use super::*;

    fn rows(text: &str) -> Vec<Vec<&str>> {
        text.lines()
            .skip(3)
            .map(|line| line.split_whitespace().collect())
            .collect()
    }

    #[test]
    fn prints_the_table_of_the_tutorial() {
        let text = tutorial().to_string();
        assert_eq!(text.lines().next(), Some("f(x1, x2)"));
        let rows = rows(&text);
        assert_eq!(rows[0], ["u₋₁", "x1", "1.5000", "1.0000", "1.6176"]);
        assert_eq!(rows[1], ["u₀", "x2", "3.0000", "0.0000", "-0.6912"]);
        assert_eq!(rows[2], ["u₁", "u₋₁^3", "3.3750", "6.7500", "0.3333"]);
        assert_eq!(
            rows[3],
            ["u₂", "p", "u₋₁·u₀", "4.5000", "3.0000", "-0.2108"]
        );
        assert_eq!(rows[4][..4], ["u₃", "u₁", "/", "u₀"]);
        assert_eq!(
            rows[6],
            ["u₅", "f", "u₃", "+", "u₄", "0.1475", "1.6176", "1.0000"]
        );
    }

    #[test]
    fn the_alternate_form_is_in_execution_order() {
        let text = format!("{:#}", tutorial());
        let rows = rows(&text);
        assert_eq!(rows[3][..5], ["u₂", "u₁", "/", "u₀", "1.1250"]);
        assert_eq!(rows[4][..3], ["u₃", "p", "u₋₁·u₀"]);
    }

    #[test]
    fn columns_are_aligned() {
        let text = tutorial().to_string();
        let lengths: Vec<_> = text
            .lines()
            .skip(2)
            .map(|line| line.chars().count())
            .collect();
        assert!(lengths.iter().all(|&length| length == lengths[0]), "{text}");
    }

    #[test]
    fn decimals_and_the_input_can_be_chosen() {
        let trace = tutorial();
        let table = trace.table().tangents_for("x2").unwrap();
        let text = format!("{table:.6}");
        assert!(
            text.contains("∂u/∂x2") && text.contains("-0.691194"),
            "{text}"
        );
        assert!(format!("{table:.1}").contains("-0.6912"));
        assert!(trace.table().tangents_for("x3").is_err());
    }

    #[test]
    fn a_long_trace_is_cut_in_the_middle() {
        let mut trace = Trace::new("power");
        let mut node = trace.input("x", 1.0);
        for _ in 0..100_000 {
            node = trace.equation("y", "{0}·{c0}", 1.0, &[(node, 1.0)], &[1.0]);
        }
        trace.output("y", node);
        let text = trace.to_string();
        assert!(text.lines().count() < 70);
        assert!(text.contains("⋮ 99941 more rows"), "{text}");
        assert_eq!(trace.table().at_most(1).to_string().lines().count(), 5);
        assert_eq!(trace.gradient(), [1.0]);
    }
}
