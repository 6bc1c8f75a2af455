//! Options of a method, read and written.

use std::fmt;

use super::SpecError;

/// An estimator's options, as text.
pub(super) trait Textual: Sized {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError>;
    fn write(&self, written: &mut Written);
}

/// The options of one text, as they are written: those that differ from their defaults.
#[derive(Default)]
pub(super) struct Written(Vec<String>);

impl Written {
    pub fn option<V: PartialEq + fmt::Display>(&mut self, name: &str, value: V, default: V) {
        if value != default {
            self.always(name, value);
        }
    }

    pub fn flag(&mut self, name: &str, value: bool) {
        if value {
            self.0.push(name.to_owned());
        }
    }

    pub fn always(&mut self, name: &str, value: impl fmt::Display) {
        self.0.push(format!("{name}={value}"));
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => Ok(()),
            options => write!(f, ":{}", options.join(",")),
        }
    }
}

/// The options of one text, taken out one by one.
pub(super) struct Given<'a> {
    method: &'static str,
    given: Vec<(&'a str, &'a str)>,
    known: Vec<&'static str>,
}

impl<'a> Given<'a> {
    pub fn split(method: &'static str, text: &'a str) -> Result<Self, SpecError> {
        let mut given: Vec<(&str, &str)> = Vec::new();
        for option in text
            .split(',')
            .map(str::trim)
            .filter(|option| !option.is_empty())
        {
            let (name, value) = option.split_once('=').unwrap_or((option, "true"));
            let (name, value) = (name.trim(), value.trim());
            if given.iter().any(|(earlier, _)| *earlier == name) {
                return Err(SpecError::Repeated {
                    option: name.to_owned(),
                });
            }
            given.push((name, value));
        }
        Ok(Self {
            method,
            given,
            known: Vec::new(),
        })
    }

    pub fn take<V>(
        &mut self,
        option: &'static str,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<V>,
    ) -> Result<Option<V>, SpecError> {
        self.known.push(option);
        let Some(at) = self.given.iter().position(|(name, _)| *name == option) else {
            return Ok(None);
        };
        let (_, found) = self.given.remove(at);
        match read(found) {
            Some(value) => Ok(Some(value)),
            None => Err(SpecError::Value {
                option,
                found: found.to_owned(),
                expected,
            }),
        }
    }

    pub fn number(&mut self, option: &'static str) -> Result<Option<f64>, SpecError> {
        self.take(option, "a number", |text| text.parse().ok())
    }

    pub fn count(&mut self, option: &'static str) -> Result<Option<usize>, SpecError> {
        self.take(option, "a whole number", |text| text.parse().ok())
    }

    pub fn flag(&mut self, option: &'static str) -> Result<bool, SpecError> {
        Ok(self
            .take(option, "true or false", |text| text.parse().ok())?
            .unwrap_or(false))
    }

    /// One of a few names.
    pub fn named<V: Copy>(
        &mut self,
        option: &'static str,
        expected: &'static str,
        names: &[(&str, V)],
    ) -> Result<Option<V>, SpecError> {
        self.take(option, expected, |text| {
            let found = names.iter().find(|(name, _)| *name == text);
            found.map(|&(_, value)| value)
        })
    }

    pub fn finish(self) -> Result<(), SpecError> {
        match self.given.first() {
            None => Ok(()),
            Some((found, _)) => Err(SpecError::UnknownOption {
                method: self.method,
                found: (*found).to_owned(),
                known: self.known,
            }),
        }
    }
}
