//! Tables for the terminal.

use std::fmt::Write;

/// The cells of all rows, of which each has as many: the first column to the left, the others to the right.
pub fn align<R: AsRef<[String]>>(rows: &[R]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row.as_ref()[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.as_ref();
        let _ = write!(text, "{:<width$}", cells[0], width = widths[0]);
        for (cell, width) in cells.iter().zip(&widths).skip(1) {
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = [["a", "0.1 ± 0.2"], ["long", "1"]].map(|row| row.map(str::to_owned));
        assert_eq!(align(&rows), "a     0.1 ± 0.2\nlong          1\n");
        let rows = rows.map(|row| row.to_vec());
        assert_eq!(align(&rows), "a     0.1 ± 0.2\nlong          1\n");
    }
}
