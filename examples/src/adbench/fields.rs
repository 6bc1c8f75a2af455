//! Numbers and words of a text, one after the other.

use std::path::Path;
use std::str::FromStr;

use super::error::Error;

/// The fields of a text, separated by white space or by a character.
pub struct Fields<'a> {
    path: &'a Path,
    rest: Box<dyn Iterator<Item = &'a str> + 'a>,
    taken: usize,
}

impl<'a> Fields<'a> {
    /// Separated by white space.
    pub fn of(path: &'a Path, text: &'a str) -> Self {
        let (rest, taken) = (Box::new(text.split_whitespace()), 0);
        Fields { path, rest, taken }
    }

    /// Separated by `separator`.
    pub fn separated(path: &'a Path, text: &'a str, separator: char) -> Self {
        let (rest, taken) = (Box::new(text.split(separator).map(str::trim)), 0);
        Fields { path, rest, taken }
    }

    /// An error at the field that was taken last.
    pub fn error(&self, message: &str) -> Error {
        Error::format(self.path, format!("field {}: {message}", self.taken))
    }

    /// The next field.
    pub fn word(&mut self) -> Result<&'a str, Error> {
        self.taken += 1;
        self.rest
            .next()
            .ok_or_else(|| self.error("the text ends here, and more is needed"))
    }

    /// The next field as a number.
    pub fn parse<T: FromStr>(&mut self) -> Result<T, Error> {
        let word = self.word()?;
        word.parse()
            .map_err(|_| self.error(&format!("`{word}` is not a number of the kind needed")))
    }

    /// The next field as an index below `end`.
    pub fn below(&mut self, end: usize) -> Result<usize, Error> {
        let index = self.parse()?;
        if index < end {
            Ok(index)
        } else {
            Err(self.error(&format!("index {index} is out of range: there are {end}")))
        }
    }

    /// The next `n` numbers.
    pub fn numbers(&mut self, n: usize) -> Result<Vec<f64>, Error> {
        (0..n).map(|_| self.parse()).collect()
    }

    /// The next `N` numbers.
    pub fn array<const N: usize>(&mut self) -> Result<[f64; N], Error> {
        let mut array = [0.0; N];
        for entry in &mut array {
            *entry = self.parse()?;
        }
        Ok(array)
    }

    /// Leaves `n` fields out.
    pub fn skip(&mut self, n: usize) -> Result<(), Error> {
        (0..n).try_for_each(|_| self.word().map(|_| ()))
    }
}
