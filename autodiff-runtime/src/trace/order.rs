//! In which order the rows of a trace stand, and how they are numbered.

use super::Trace;

/// A numbering of the rows: the n inputs are u₁₋ₙ … u₀, the equations u₁, u₂, …
pub struct Order {
    /// Rows of the trace, in the order in which they are listed.
    rows: Vec<usize>,
    /// The place of each row in that list.
    places: Vec<usize>,
    inputs: usize,
}

impl Order {
    /// Level by level of the computational graph, within a level as executed.
    pub fn by_level(trace: &Trace) -> Self {
        let levels = levels(trace);
        Self::by_key(trace, |row| levels[row])
    }

    /// As executed, inputs first.
    pub fn by_execution(trace: &Trace) -> Self {
        Self::by_key(trace, |row| usize::from(!trace.is_input(row)))
    }

    fn by_key(trace: &Trace, key: impl Fn(usize) -> usize) -> Self {
        let mut rows: Vec<_> = (0..trace.entries.len()).collect();
        rows.sort_by_key(|&row| key(row));
        let mut places = vec![0; rows.len()];
        for (place, &row) in rows.iter().enumerate() {
            places[row] = place;
        }
        let inputs = trace.inputs.len();
        Self {
            rows,
            places,
            inputs,
        }
    }

    /// The rows in order.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// The place of a row among the rows in order.
    pub fn place(&self, row: usize) -> usize {
        self.places[row]
    }

    /// The symbol of a row, for example u₋₁.
    pub fn symbol(&self, row: usize) -> String {
        let number = self.places[row] as i64 + 1 - self.inputs as i64;
        let digits = number.to_string();
        let subscripts = digits.chars().map(|digit| match digit.to_digit(10) {
            Some(digit) => char::from_u32('₀' as u32 + digit).expect("ten subscript digits"),
            None => '₋',
        });
        std::iter::once('u').chain(subscripts).collect()
    }
}

/// The level of each row: 0 for inputs, one more than the highest operand for equations.
pub fn levels(trace: &Trace) -> Vec<usize> {
    let mut levels = vec![0; trace.entries.len()];
    for row in 0..levels.len() {
        if !trace.is_input(row) {
            let operands = trace
                .active_operands(row)
                .map(|(operand, _)| levels[operand]);
            levels[row] = 1 + operands.max().unwrap_or(0);
        }
    }
    levels
}
