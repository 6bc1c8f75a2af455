//! From the text of a CSV file to a data set, checked cell by cell.

use std::collections::BTreeMap;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord};
use nalgebra::DMatrix;

use super::dataset::{DataError, Dataset};

/// Squares of such numbers still fit an `f64`, summed over any table, so that no later step can overflow.
const LARGEST_MAGNITUDE: f64 = 1e100;

/// Two rows to learn from and one to be tested on.
pub const FEWEST_ROWS: usize = 3;

/// Reads a table whose last column is the class; `name` stands for it in messages.
///
/// # Errors
///
/// The first thing that keeps the table from being used.
pub fn parse(name: &str, input: impl Read) -> Result<Dataset, DataError> {
    let mut table = Table::new(name);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input);
    let mut record = StringRecord::new();
    while read_record(name, &mut reader, &mut record)? {
        table.take(&record, reader.position().line())?;
    }
    table.finish()
}

fn read_record<R: Read>(
    name: &str,
    reader: &mut csv::Reader<R>,
    record: &mut StringRecord,
) -> Result<bool, DataError> {
    reader
        .read_record(record)
        .map_err(|source| match source.kind() {
            csv::ErrorKind::Utf8 {
                pos: Some(position),
                ..
            } => DataError::Encoding {
                name: name.to_owned(),
                line: position.line(),
            },
            _ => DataError::Read {
                name: name.to_owned(),
                source,
            },
        })
}

/// The rows read so far.
struct Table {
    name: String,
    columns: usize,
    cells: Vec<f64>,
    labels: Vec<usize>,
    class_numbers: BTreeMap<String, usize>,
    classes: Vec<String>,
    at_first_line: bool,
}

impl Table {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            columns: 0,
            cells: Vec::new(),
            labels: Vec::new(),
            class_numbers: BTreeMap::new(),
            classes: Vec::new(),
            at_first_line: true,
        }
    }

    fn take(&mut self, record: &StringRecord, end_line: u64) -> Result<(), DataError> {
        let line = first_line_of(record, end_line);
        let is_first = std::mem::replace(&mut self.at_first_line, false);
        if is_first {
            self.columns = record.len();
        }
        self.check_width(record, line)?;
        if is_first && is_header(record) {
            return Ok(());
        }
        for column in 0..self.columns - 1 {
            let number = self.number(&record[column], line, column + 1)?;
            self.cells.push(number);
        }
        self.take_class(&record[self.columns - 1], line)
    }

    fn check_width(&self, record: &StringRecord, line: u64) -> Result<(), DataError> {
        let (name, found) = (self.name.clone(), record.len());
        if self.columns < 3 {
            return Err(DataError::TooNarrow { name, line, found });
        }
        if found != self.columns {
            return Err(DataError::Ragged {
                name,
                line,
                found,
                expected: self.columns,
            });
        }
        Ok(())
    }

    fn number(&self, cell: &str, line: u64, column: usize) -> Result<f64, DataError> {
        let text = cell.trim();
        let name = || self.name.clone();
        match text.parse::<f64>() {
            Ok(number) if number.abs() <= LARGEST_MAGNITUDE => Ok(number),
            Ok(_) => Err(DataError::OutOfRange {
                name: name(),
                line,
                column,
                cell: text.to_owned(),
            }),
            Err(_) => Err(DataError::NotANumber {
                name: name(),
                line,
                column,
                cell: text.to_owned(),
            }),
        }
    }

    fn take_class(&mut self, cell: &str, line: u64) -> Result<(), DataError> {
        let class = cell.trim();
        if class.is_empty() {
            return Err(DataError::NoClass {
                name: self.name.clone(),
                line,
                column: self.columns,
            });
        }
        let next = self.classes.len();
        let number = *self.class_numbers.entry(class.to_owned()).or_insert(next);
        if number == next {
            self.classes.push(class.to_owned());
        }
        self.labels.push(number);
        Ok(())
    }

    fn finish(self) -> Result<Dataset, DataError> {
        let (name, rows, classes) = (self.name, self.labels.len(), self.classes.len());
        if rows == 0 {
            return Err(DataError::Empty { name });
        }
        if rows < FEWEST_ROWS {
            return Err(DataError::TooFewRows { name, rows });
        }
        if classes == 1 {
            return Err(DataError::OneClass {
                name,
                class: self.classes[0].clone(),
            });
        }
        if 2 * classes > rows.max(5) {
            return Err(DataError::TooManyClasses {
                name,
                classes,
                rows,
            });
        }
        let features = DMatrix::from_row_slice(rows, self.columns - 1, &self.cells);
        if features
            .column_iter()
            .all(|feature| feature.iter().all(|value| *value == feature[0]))
        {
            return Err(DataError::Constant { name });
        }
        Ok(Dataset {
            name,
            features,
            labels: self.labels,
            classes: self.classes,
        })
    }
}

/// The line a record starts on. The reader's own mark stands before any blank lines it skipped, so we count back from
/// where the record ended, over the line breaks inside quoted cells.
fn first_line_of(record: &StringRecord, end_line: u64) -> u64 {
    let inner_breaks: u64 = record
        .iter()
        .map(|cell| cell.matches('\n').count() as u64)
        .sum();
    let marked = record.position().map_or(1, csv::Position::line);
    end_line.saturating_sub(1 + inner_breaks).max(marked)
}

/// A first line is a header if none of its feature cells is a number. One word among numbers is a mistake in the data.
fn is_header(record: &StringRecord) -> bool {
    record
        .iter()
        .take(record.len() - 1)
        .all(|cell| cell.trim().parse::<f64>().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse("t.csv", text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_header_is_optional_and_blank_lines_do_not_count() {
        let bare = parse("t", "1,2,a\n3,4,b\n5,6,a\n7,8,b\n".as_bytes()).unwrap();
        let headed = parse(
            "t",
            "\u{feff}x,y,class\n\n1, 2 ,a\n3,4,b\r\n\n5,6,a\n7,8, b".as_bytes(),
        )
        .unwrap();
        assert_eq!(bare, headed);
        assert_eq!(bare.labels, [0, 1, 0, 1]);
    }

    #[test]
    fn mistakes_are_named_with_line_and_column() {
        assert_eq!(
            message("x,y,class\n1,2,a\n\n3,four,b\n"),
            "t.csv, line 4, column 2: 'four' is not a number"
        );
        assert_eq!(
            message("1,2,a\n3,4,b\n5,b\n"),
            "t.csv, line 3: 2 columns where the lines before have 3"
        );
        assert_eq!(
            message("1,x,a\n3,4,b\n"),
            "t.csv, line 1, column 2: 'x' is not a number"
        );
        assert_eq!(
            message("1,2,\"a\nb\"\n1,,b\n"),
            "t.csv, line 3, column 2: '' is not a number"
        );
        assert_eq!(
            message("1,2,a\n3,4,\n"),
            "t.csv, line 2, column 3: the class is empty"
        );
        assert!(
            message("1,2,a\nnan,4,b\n")
                .starts_with("t.csv, line 2, column 1: nan is not a finite number")
        );
        assert!(message("1,2,a\n1e300,4,b\n").contains("magnitude at most 1e100"));
        assert!(
            message("1;2;a\n3;4;b\n")
                .starts_with("t.csv, line 1: 1 column(s); at least two features")
        );
    }

    #[test]
    fn tables_that_teach_nothing_are_refused() {
        assert_eq!(message(""), "t.csv: holds no data row");
        assert_eq!(message("x,y,class\n"), "t.csv: holds no data row");
        assert!(
            message("1,2,a\n3,4,b\n")
                .contains("2 row(s), where a training and a test split need at least 3")
        );
        assert!(message("1,2,a\n3,4,a\n5,6,a\n").contains("every row is of class 'a'"));
        assert!(message("1,2,1\n3,4,2\n5,6,3\n7,8,4\n").contains("4 different values in 4 rows"));
        assert!(message("1,2,a\n1,2,b\n1,2,a\n1,2,b\n").contains("every feature is the same"));
    }

    #[test]
    fn text_in_another_encoding_is_named_by_its_line() {
        let error = parse("t.csv", &b"1,2,a\n3,4,\xe9\n"[..]).unwrap_err();
        assert_eq!(error.to_string(), "t.csv, line 2: not UTF-8 text");
    }
}
