//! Files of reference values: which instance, and what its value and derivative are.
//!
//! Plain text. A line `set KEY VALUE` is a header (`problem`; `data`, a path relative to the file;
//! `model`, a folder, for HAND; `replicate 1`, for GMM: all points equal the one in the data;
//! `first 1`, for BA: only the first observation is given). A line `NAME COUNT` announces an array;
//! its numbers follow, one a line. Lines that start with `#` are comments.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::error::{Error, read_text};
use super::fields::Fields;

/// A file of reference values.
#[derive(Clone, Debug)]
pub struct Golden {
    /// Where it was read.
    pub path: PathBuf,
    headers: HashMap<String, String>,
    arrays: HashMap<String, Vec<f64>>,
}

impl Golden {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .collect();
        let text = lines.join("\n");
        let mut fields = Fields::of(path, &text);
        let mut golden = Golden {
            path: path.to_owned(),
            headers: HashMap::new(),
            arrays: HashMap::new(),
        };
        while let Ok(word) = fields.word() {
            if word == "set" {
                let (key, value) = (fields.word()?, fields.word()?);
                golden.headers.insert(key.to_string(), value.to_string());
            } else {
                let count = fields.parse()?;
                golden
                    .arrays
                    .insert(word.to_string(), fields.numbers(count)?);
            }
        }
        Ok(golden)
    }

    /// The value of a header that must be there.
    pub fn header(&self, key: &str) -> Result<&str, Error> {
        self.headers
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| Error::format(&self.path, format!("there is no line `set {key} …`")))
    }

    /// Whether there is a line `set KEY 1`.
    pub fn is_set(&self, key: &str) -> bool {
        self.headers.get(key).is_some_and(|value| value == "1")
    }

    /// A path that a header gives, relative to this file.
    pub fn relative(&self, key: &str) -> Result<PathBuf, Error> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        Ok(folder.join(self.header(key)?))
    }

    /// The numbers of an array, if it is given.
    pub fn array(&self, name: &str) -> Option<&[f64]> {
        self.arrays.get(name).map(Vec::as_slice)
    }

    /// The names of the arrays, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.arrays.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }
}
