//! What can go wrong in aggregation, one type per concern.

use thiserror::Error;

/// Two sizes that had to agree and did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{place}: expected {expected} {what}, found {found}")]
pub struct ShapeError {
    /// The operation that checked, for example `"outer products"`.
    pub place: &'static str,
    /// What was counted, for example `"rows of gy"`.
    pub what: &'static str,
    /// The size that was needed.
    pub expected: usize,
    /// The size that came.
    pub found: usize,
}

impl ShapeError {
    /// `Ok` when the sizes agree.
    ///
    /// # Errors
    /// The error, when they do not.
    ///
    /// ```
    /// use autodiff_runtime::robust::ShapeError;
    ///
    /// assert!(ShapeError::check("product", "columns of x", 3, 3).is_ok());
    /// let error = ShapeError::check("product", "columns of x", 3, 2).unwrap_err();
    /// assert_eq!(error.to_string(), "product: expected 3 columns of x, found 2");
    /// ```
    pub fn check(
        place: &'static str,
        what: &'static str,
        expected: usize,
        found: usize,
    ) -> Result<(), Self> {
        if expected == found {
            Ok(())
        } else {
            Err(Self {
                place,
                what,
                expected,
                found,
            })
        }
    }
}

/// A parameter outside its domain, found by a checked constructor.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("{parameter} must be {requirement}, found {found}")]
pub struct ParameterError {
    /// The name of the parameter.
    pub parameter: &'static str,
    /// The domain, in words.
    pub requirement: &'static str,
    /// The value that was given.
    pub found: f64,
}

impl ParameterError {
    /// `Ok(found)` when `valid`.
    pub(crate) fn check(
        parameter: &'static str,
        requirement: &'static str,
        found: f64,
        valid: bool,
    ) -> Result<f64, Self> {
        if valid {
            Ok(found)
        } else {
            Err(Self {
                parameter,
                requirement,
                found,
            })
        }
    }
}

impl ParameterError {
    pub(crate) fn check_positive(parameter: &'static str, found: f64) -> Result<f64, Self> {
        let valid = found > 0.0 && found.is_finite();
        Self::check(parameter, "positive and finite", found, valid)
    }

    pub(crate) fn check_at_least_one(parameter: &'static str, found: usize) -> Result<(), Self> {
        Self::check(parameter, "at least 1", found as f64, found >= 1).map(|_| ())
    }

    /// δ, the probability that a deviation bound may fail.
    pub(crate) fn check_delta(found: f64) -> Result<f64, Self> {
        Self::check(
            "delta",
            "above 0 and below 1",
            found,
            found > 0.0 && found < 1.0,
        )
    }
}

/// Why a set of per-sample gradients has no estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AggregateError {
    /// Sizes that do not fit together.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// There is no sample to aggregate.
    #[error("there are no samples to aggregate")]
    Empty,
    /// A sample's gradient holds NaN or an infinity, and the policy is [`NonFinite::Error`](super::NonFinite::Error).
    #[error("the gradient of sample {sample} is not finite")]
    NonFinite {
        /// The first such sample, counted from 0.
        sample: usize,
    },
    /// Every sample was dropped by [`NonFinite::Drop`](super::NonFinite::Drop).
    #[error("none of the {samples} samples has a finite gradient")]
    NoneFinite {
        /// How many samples there were.
        samples: usize,
    },
    /// The estimator is not defined for so few samples.
    #[error("{estimator} needs at least {needed} samples here, found {found}")]
    TooFew {
        /// The estimator.
        estimator: &'static str,
        /// The samples it needs with its parameters.
        needed: usize,
        /// The samples there are, non-finite ones dropped.
        found: usize,
    },
    /// All samples are finite, and yet the estimate is not: a sum left the range of the number type.
    #[error(
        "every sample is finite, but their estimate is not: a sum overflowed or the estimator is undefined here"
    )]
    NotFiniteEstimate,
}
