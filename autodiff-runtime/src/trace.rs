//! The evaluation trace of one call, as a value to inspect, print and draw.
//!
//! A trace is the list of elementary equations that a function evaluated, loops and calls unrolled,
//! together with the partials of each equation by its operands. These partials *are* the linear
//! equations of the tangents; read from the last to the first they are those of the adjoints.
//! `f_trace`, made by `#[differentiate]`, returns one.

mod dot;
mod error;
mod expression;
mod layout;
mod order;
mod svg;
mod table;
mod texts;
mod traced;

pub use error::TraceError;
pub use table::Table;
pub use traced::Traced;

use order::Order;
use texts::Texts;

/// One variable of a [`Trace`]: an input or the result of an equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node(u32);

impl Node {
    /// What does not depend on any input. As an operand it contributes nothing.
    pub const NONE: Self = Self(u32::MAX);

    fn index(self) -> Option<usize> {
        (self != Self::NONE).then_some(self.0 as usize)
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::NONE
    }
}

/// The evaluation trace of one call of a function.
///
/// `Display` prints it as the tables of the textbooks: inputs u₁₋ₙ … u₀, equations u₁ …, each with
/// its expression, value, tangent and adjoint. The rows come level by level of the computational
/// graph; `{:#}` prints them as executed. [`table`](Trace::table) sets the rest.
///
/// ```
/// use autodiff_runtime::Trace;
///
/// // f(x1, x2) = x1³ / x2 + sin(x1·x2)
/// let mut trace = Trace::new("f");
/// let x1 = trace.input("x1", 1.5);
/// let x2 = trace.input("x2", 3.0);
/// let cube = trace.equation("", "{0}^3", 3.375, &[(x1, 6.75)], &[]);
/// let ratio = trace.equation("", "{0}/{1}", 1.125, &[(cube, 1.0 / 3.0), (x2, -0.375)], &[]);
/// let product = trace.equation("", "{0}·{1}", 4.5, &[(x1, 3.0), (x2, 1.5)], &[]);
/// let (sin, cos) = 4.5_f64.sin_cos();
/// let sine = trace.equation("", "sin {0}", sin, &[(product, cos)], &[]);
/// let y = trace.equation("y", "{0} + {1}", 1.125 + sin, &[(ratio, 1.0), (sine, 1.0)], &[]);
/// trace.output("f", y);
///
/// assert_eq!(trace.values()[..5], [1.5, 3.0, 3.375, 4.5, 1.125]);
/// assert_eq!(format!("{:.4}", trace.gradient()[0]), "1.6176");
/// println!("{trace}");
/// ```
#[derive(Clone, Debug)]
pub struct Trace {
    function: String,
    texts: Texts,
    entries: Vec<Entry>,
    operands: Vec<(Node, f64)>,
    constants: Vec<f64>,
    inputs: Vec<Node>,
    outputs: Vec<(u32, Node)>,
}

/// An input or an equation. Operands and constants lie in the trace, from here to the next entry.
#[derive(Clone, Copy, Debug)]
struct Entry {
    name: u32,
    template: u32,
    value: f64,
    operands: usize,
    constants: usize,
}

impl Trace {
    /// The trace of a call of the named function, with nothing in it yet.
    pub fn new(function: &str) -> Self {
        Self {
            function: function.to_owned(),
            texts: Texts::default(),
            entries: Vec::new(),
            operands: Vec::new(),
            constants: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Adds an active input.
    pub fn input(&mut self, name: &str, value: f64) -> Node {
        let node = self.push(name, "", value, &[], &[]);
        self.inputs.push(node);
        node
    }

    /// Adds an equation: the name of the variable it was assigned to in the source, or `""`; a
    /// template of its right-hand side, in which `{0}` stands for the first operand and `{c0}` for the
    /// first constant; its value; operands with the partials by them; constants, those of the
    /// expression first and then, if given, the value of each operand, shown where an operand is
    /// [`Node::NONE`].
    pub fn equation(
        &mut self,
        name: &str,
        template: &str,
        value: f64,
        parents: &[(Node, f64)],
        constants: &[f64],
    ) -> Node {
        self.push(name, template, value, parents, constants)
    }

    /// Declares a result of the function. A result that depends on no input is [`Node::NONE`].
    pub fn output(&mut self, name: &str, node: Node) {
        let name = self.texts.number(name);
        self.outputs.push((name, node));
    }

    fn push(
        &mut self,
        name: &str,
        template: &str,
        value: f64,
        parents: &[(Node, f64)],
        constants: &[f64],
    ) -> Node {
        let node = u32::try_from(self.entries.len()).expect("a trace has fewer than 2^32 rows");
        self.entries.push(Entry {
            name: self.texts.number(name),
            template: self.texts.number(template),
            value,
            operands: self.operands.len(),
            constants: self.constants.len(),
        });
        self.operands.extend_from_slice(parents);
        self.constants.extend_from_slice(constants);
        Node(node)
    }

    fn rename(&mut self, row: usize, name: &str) {
        self.entries[row].name = self.texts.number(name);
    }

    /// The name of the function.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// Number of equations, inputs not counted.
    pub fn len(&self) -> usize {
        self.entries.len() - self.inputs.len()
    }

    /// Whether there is no equation.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs, in order.
    pub fn inputs(&self) -> &[Node] {
        &self.inputs
    }

    /// The outputs with their names, in order.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, Node)> {
        let outputs = self.outputs.iter();
        outputs.map(|&(name, node)| (self.texts.text(name), node))
    }

    /// The last variable of this name in the source.
    pub fn named(&self, name: &str) -> Option<Node> {
        let name = self.texts.lookup(name)?;
        let last = self.entries.iter().rposition(|entry| entry.name == name)?;
        Some(Node(last as u32))
    }

    /// The value of a variable; `None` for [`Node::NONE`], which the trace holds no value of.
    pub fn value(&self, node: Node) -> Option<f64> {
        let entry = self.entries.get(node.index()?)?;
        Some(entry.value)
    }

    /// All values, in the order of the printed rows u₁₋ₙ, …, u₀, u₁, …
    pub fn values(&self) -> Vec<f64> {
        self.in_row_order(self.entries.iter().map(|entry| entry.value).collect())
    }

    /// The tangents of all variables for the tangent 1 of the named input: ∂uᵢ/∂x, in row order.
    ///
    /// # Errors
    ///
    /// If there is no such input.
    pub fn tangents_for(&self, input: &str) -> Result<Vec<f64>, TraceError> {
        let input = self.find_input(input)?;
        Ok(self.in_row_order(self.push_forward(input)))
    }

    /// The adjoints of all variables for the adjoint 1 of the first output: ∂y/∂uᵢ, in row order.
    pub fn adjoints(&self) -> Vec<f64> {
        let output = self.outputs.first().map_or(Node::NONE, |output| output.1);
        self.in_row_order(self.pull_back(output))
    }

    /// The adjoints of all variables for the adjoint 1 of the named output, in row order.
    ///
    /// # Errors
    ///
    /// If there is no such output.
    pub fn adjoints_of(&self, output: &str) -> Result<Vec<f64>, TraceError> {
        let output = self.find_output(output)?;
        Ok(self.in_row_order(self.pull_back(output)))
    }

    /// The gradient of the first output by the inputs, in order.
    pub fn gradient(&self) -> Vec<f64> {
        let output = self.outputs.first().map_or(Node::NONE, |output| output.1);
        let adjoints = self.pull_back(output);
        let inputs = self.inputs.iter();
        inputs
            .map(|&Node(input)| adjoints[input as usize])
            .collect()
    }

    /// The printed table with settings of its own: input, output, order, digits, number of rows.
    pub fn table(&self) -> Table<'_> {
        Table::new(self)
    }

    /// The forward sweep: u̇ᵢ = Σⱼ ∂uᵢ/∂uⱼ · u̇ⱼ, in execution order.
    fn push_forward(&self, input: Node) -> Vec<f64> {
        let mut tangents = vec![0.0; self.entries.len()];
        if let Some(input) = input.index() {
            tangents[input] = 1.0;
        }
        for row in 0..self.entries.len() {
            for (operand, partial) in self.active_operands(row) {
                tangents[row] += partial * tangents[operand];
            }
        }
        tangents
    }

    /// The reverse sweep: ūⱼ += ∂uᵢ/∂uⱼ · ūᵢ for the last i first, in execution order.
    fn pull_back(&self, output: Node) -> Vec<f64> {
        let mut adjoints = vec![0.0; self.entries.len()];
        if let Some(output) = output.index() {
            adjoints[output] = 1.0;
        }
        for row in (0..self.entries.len()).rev() {
            let adjoint = adjoints[row];
            if adjoint != 0.0 {
                for (operand, partial) in self.active_operands(row) {
                    adjoints[operand] += partial * adjoint;
                }
            }
        }
        adjoints
    }

    fn operands(&self, row: usize) -> &[(Node, f64)] {
        let end = self
            .entries
            .get(row + 1)
            .map_or(self.operands.len(), |next| next.operands);
        &self.operands[self.entries[row].operands..end]
    }

    fn active_operands(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let operands = self.operands(row).iter();
        operands.filter_map(|&(node, partial)| Some((node.index()?, partial)))
    }

    fn constants(&self, row: usize) -> &[f64] {
        let end = self
            .entries
            .get(row + 1)
            .map_or(self.constants.len(), |next| next.constants);
        &self.constants[self.entries[row].constants..end]
    }

    fn is_input(&self, row: usize) -> bool {
        self.inputs
            .binary_search_by_key(&row, |node| node.0 as usize)
            .is_ok()
    }

    /// The name in the source, or else the name of the output that this row is.
    fn name(&self, row: usize) -> &str {
        let name = self.texts.text(self.entries[row].name);
        let mut outputs = self.outputs();
        match name {
            "" => outputs
                .find(|&(_, node)| node.index() == Some(row))
                .map_or("", |(name, _)| name),
            name => name,
        }
    }

    fn find_input(&self, name: &str) -> Result<Node, TraceError> {
        let names = self
            .inputs
            .iter()
            .map(|&node| (self.name(node.0 as usize), node));
        find(names.clone(), name).ok_or_else(|| TraceError::UnknownInput {
            function: self.function.clone(),
            name: name.to_owned(),
            inputs: list(names),
        })
    }

    fn find_output(&self, name: &str) -> Result<Node, TraceError> {
        find(self.outputs(), name).ok_or_else(|| TraceError::UnknownOutput {
            function: self.function.clone(),
            name: name.to_owned(),
            outputs: list(self.outputs()),
        })
    }

    fn in_row_order(&self, by_execution: Vec<f64>) -> Vec<f64> {
        let order = Order::by_level(self);
        order.rows().iter().map(|&row| by_execution[row]).collect()
    }
}

fn find<'a>(mut names: impl Iterator<Item = (&'a str, Node)>, name: &str) -> Option<Node> {
    names
        .find(|&(candidate, _)| candidate == name)
        .map(|(_, node)| node)
}

fn list<'a>(names: impl Iterator<Item = (&'a str, Node)>) -> String {
    let quoted: Vec<_> = names.map(|(name, _)| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// x1³ / x2 + sin(x1·x2) at (1.5, 3), the example of the tutorial.
    pub fn tutorial() -> Trace {
        let (sin, cos) = 4.5_f64.sin_cos();
        let mut trace = Trace::new("f");
        let x1 = trace.input("x1", 1.5);
        let x2 = trace.input("x2", 3.0);
        let cube = trace.equation("", "{0}^3", 3.375, &[(x1, 6.75)], &[]);
        let ratio = trace.equation(
            "",
            "{0} / {1}",
            1.125,
            &[(cube, 1.0 / 3.0), (x2, -0.375)],
            &[],
        );
        let product = trace.equation("p", "{0}·{1}", 4.5, &[(x1, 3.0), (x2, 1.5)], &[]);
        let sine = trace.equation("", "sin {0}", sin, &[(product, cos)], &[]);
        let sum = trace.equation(
            "",
            "{0} + {1}",
            1.125 + sin,
            &[(ratio, 1.0), (sine, 1.0)],
            &[],
        );
        trace.output("f", sum);
        trace
    }

    fn four_decimals(numbers: &[f64]) -> Vec<String> {
        numbers
            .iter()
            .map(|number| format!("{number:.4}"))
            .collect()
    }

    #[test]
    fn values_come_in_the_order_of_the_tutorial() {
        let values = four_decimals(&tutorial().values());
        let expected = [
            "1.5000", "3.0000", "3.3750", "4.5000", "1.1250", "-0.9775", "0.1475",
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn both_modes_give_the_partials() {
        let trace = tutorial();
        let cos = 4.5_f64.cos();
        let exact = [2.25 + 3.0 * cos, -0.375 + 1.5 * cos];
        let forward = ["x1", "x2"].map(|x| *trace.tangents_for(x).unwrap().last().unwrap());
        for (reverse, (forward, exact)) in trace.gradient().iter().zip(forward.iter().zip(exact)) {
            assert!((reverse - exact).abs() < 1e-15 && (forward - exact).abs() < 1e-15);
        }
        assert_eq!(four_decimals(&trace.gradient()), ["1.6176", "-0.6912"]);
    }

    #[test]
    fn tangents_and_adjoints_of_every_row() {
        let trace = tutorial();
        let cos = 4.5_f64.cos();
        let tangents = trace.tangents_for("x1").unwrap();
        assert_eq!(tangents[..5], [1.0, 0.0, 6.75, 3.0, 2.25]);
        assert_eq!(trace.adjoints()[2..], [1.0 / 3.0, cos, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn variables_are_found_by_name() {
        let trace = tutorial();
        let product = trace.named("p").unwrap();
        assert_eq!(trace.value(product), Some(4.5));
        assert_eq!(trace.named("q"), None);
        assert_eq!(trace.value(Node::NONE), None);
        assert_eq!((trace.len(), trace.inputs().len()), (5, 2));
    }

    #[test]
    fn unknown_names_are_errors_that_list_the_known() {
        let error = tutorial().tangents_for("x3").unwrap_err();
        let message = "the trace of `f` has no input `x3`; its inputs are `x1`, `x2`";
        assert_eq!(error.to_string(), message);
        assert!(tutorial().adjoints_of("g").is_err());
        assert_eq!(tutorial().adjoints_of("f").unwrap(), tutorial().adjoints());
    }

    #[test]
    fn inactive_operands_contribute_nothing() {
        let mut trace = Trace::new("f");
        let x = trace.input("x", 2.0);
        let y = trace.equation(
            "",
            "{0}·{1}",
            6.0,
            &[(x, 3.0), (Node::default(), f64::NAN)],
            &[],
        );
        trace.output("y", y);
        trace.output("constant", Node::NONE);
        assert_eq!(trace.gradient(), [3.0]);
        assert_eq!(trace.tangents_for("x").unwrap(), [1.0, 3.0]);
        assert_eq!(trace.adjoints_of("constant").unwrap(), [0.0, 0.0]);
    }
}
