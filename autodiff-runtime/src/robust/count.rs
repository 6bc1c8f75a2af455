//! How many of the samples: a number, or a share of them.

use std::fmt;
use std::str::FromStr;

use super::error::{AggregateError, ParameterError};

/// A number of samples: fixed, or a share of however many there are (rounded down).
///
/// As text, `3` or `10%`.
///
/// ```
/// use autodiff_runtime::robust::Count;
///
/// assert_eq!("10%".parse(), Ok(Count::share(0.1)?));
/// assert_eq!(Count::share(0.1)?.of(39), 3);
/// assert_eq!(Count::from(5).of(39), 5);
/// # Ok::<(), autodiff_runtime::robust::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Fixed(usize),
    Percent(f64),
}

impl From<usize> for Count {
    fn from(count: usize) -> Self {
        Self(Kind::Fixed(count))
    }
}

impl Count {
    /// A share from 0 up to but not including 1 of the samples.
    ///
    /// # Errors
    /// [`ParameterError`] for any other number.
    pub fn share(share: f64) -> Result<Self, ParameterError> {
        Self::percent(100.0 * share)
    }

    fn percent(percent: f64) -> Result<Self, ParameterError> {
        let valid = (0.0..100.0).contains(&percent);
        ParameterError::check("share", "at least 0 and below 1", percent / 100.0, valid)?;
        Ok(Self(Kind::Percent(percent)))
    }

    /// The number of `samples`. Shares that are whole but for rounding are whole.
    pub fn of(self, samples: usize) -> usize {
        match self.0 {
            Kind::Fixed(count) => count,
            Kind::Percent(percent) => (percent * samples as f64 / 100.0 + 1e-9) as usize,
        }
    }

    pub(super) const fn ten_percent() -> Self {
        Self(Kind::Percent(10.0))
    }

    pub(super) const fn twenty_percent() -> Self {
        Self(Kind::Percent(20.0))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Fixed(count) => write!(f, "{count}"),
            Kind::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = || "expected a whole number, or a share such as 10%".to_owned();
        match text.strip_suffix('%') {
            None => text
                .parse::<usize>()
                .map(Self::from)
                .map_err(|_| expected()),
            Some(percent) => {
                let percent = percent.trim().parse().map_err(|_| expected())?;
                Self::percent(percent).map_err(|error| error.to_string())
            }
        }
    }
}

/// Makes sure that an estimator has the samples it needs.
pub(super) fn at_least(
    estimator: &'static str,
    needed: usize,
    found: usize,
) -> Result<(), AggregateError> {
    if found >= needed {
        Ok(())
    } else {
        Err(AggregateError::TooFew {
            estimator,
            needed,
            found,
        })
    }
}
