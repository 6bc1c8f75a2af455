//! Aggregators as text: `"soft-truncation:delta=0.01,variance-floor=0.001"`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::aggregator::{Aggregator, Workspace};
use super::data::{DenseGradient, OuterProducts, Rows};
use super::error::{AggregateError, ParameterError};
use super::mean::Mean;
use super::median_of_means::{Center, MedianOfMeans, Scope};
use super::non_finite::NonFinite;
use super::scaled::{Factor, Scaled};
use super::soft_truncation::{SoftTruncation, Variance};
use crate::real::Real;

/// An aggregator of this crate, with its options, as a value that can be parsed, printed and stored.
///
/// The text is a method's name, and after a colon options separated by commas. Printing leaves defaults out.
///
/// | method | options |
/// |---|---|
/// | `mean` | |
/// | `soft-truncation` | `delta=0.005`, `variance=sample\|population`, `variance-floor=0`, `over-n`, `plain-below=0`, `unguarded` |
/// | `median-of-means` | `blocks=9`, `center=geometric\|coordinate`, `scope=joint\|separate` |
/// | all | `scale=1/n` or a number, `non-finite=error\|drop\|propagate` |
///
/// A flag such as `over-n` may stand alone or as `over-n=true`.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Spec};
/// use nalgebra::{dmatrix, dvector};
///
/// let spec: Spec = "median-of-means:blocks=3,scale=1/n".parse()?;
/// assert_eq!(spec.to_string(), "median-of-means:blocks=3,scale=1/n");
/// assert_eq!(spec.of_rows(&dmatrix![3.0; 6.0; 1e9])?, dvector![2.0]);
///
/// let unknown = "mode".parse::<Spec>().unwrap_err().to_string();
/// assert_eq!(unknown, "unknown aggregator `mode`; known are mean, soft-truncation, median-of-means");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Spec {
    /// The estimator.
    pub method: Method,
    /// What its estimate is multiplied by, if anything.
    pub scale: Option<Factor>,
    /// What happens to non-finite samples.
    pub non_finite: NonFinite,
}

/// The estimators that a [`Spec`] can name.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// `mean`
    Mean(Mean),
    /// `soft-truncation`
    SoftTruncation(SoftTruncation),
    /// `median-of-means`
    MedianOfMeans(MedianOfMeans),
}

impl Method {
    /// The names, in the order of the documentation.
    pub const NAMES: [&'static str; 3] = ["mean", "soft-truncation", "median-of-means"];

    /// The name, without options.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mean(_) => Self::NAMES[0],
            Self::SoftTruncation(_) => Self::NAMES[1],
            Self::MedianOfMeans(_) => Self::NAMES[2],
        }
    }
}

/// Why a text is not an aggregator.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SpecError {
    /// No estimator has this name.
    #[error("unknown aggregator `{found}`; known are {}", Method::NAMES.join(", "))]
    UnknownMethod {
        /// The name given.
        found: String,
    },
    /// The estimator has no such option.
    #[error("`{method}` has no option `{found}`; it has {}", known.join(", "))]
    UnknownOption {
        /// The estimator.
        method: &'static str,
        /// The option given.
        found: String,
        /// The options there are.
        known: Vec<&'static str>,
    },
    /// An option stands twice.
    #[error("option `{option}` is given twice")]
    Repeated {
        /// The option.
        option: String,
    },
    /// An option's value cannot be read.
    #[error("option `{option}` cannot be `{found}`: expected {expected}")]
    Value {
        /// The option.
        option: &'static str,
        /// The text given.
        found: String,
        /// What it should be, in words.
        expected: &'static str,
    },
    /// An option's value is out of its domain.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
}

impl<M: Into<Method>> From<M> for Spec {
    fn from(method: M) -> Self {
        Self {
            method: method.into(),
            scale: None,
            non_finite: NonFinite::Error,
        }
    }
}

impl From<Mean> for Method {
    fn from(mean: Mean) -> Self {
        Self::Mean(mean)
    }
}

impl From<SoftTruncation> for Method {
    fn from(truncation: SoftTruncation) -> Self {
        Self::SoftTruncation(truncation)
    }
}

impl From<MedianOfMeans> for Method {
    fn from(median: MedianOfMeans) -> Self {
        Self::MedianOfMeans(median)
    }
}

/// Calls `$body` with `$estimator` bound to the spec's estimator.
macro_rules! with_estimator {
    ($method:expr, $estimator:ident => $body:expr) => {
        match $method {
            Method::Mean($estimator) => $body,
            Method::SoftTruncation($estimator) => $body,
            Method::MedianOfMeans($estimator) => $body,
        }
    };
}

impl<T: Real> Aggregator<T> for Spec {
    fn estimate_rows(
        &self,
        rows: Rows<'_, T>,
        estimate: &mut [T],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        with_estimator!(self.method, inner => match self.scale {
            Some(factor) => Scaled::new(inner, factor).estimate_rows(rows, estimate, work),
            None => inner.estimate_rows(rows, estimate, work),
        })
    }

    fn estimate_outer(
        &self,
        outer: OuterProducts<'_, T>,
        estimate: &mut DenseGradient<T>,
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        with_estimator!(self.method, inner => match self.scale {
            Some(factor) => Scaled::new(inner, factor).estimate_outer(outer, estimate, work),
            None => inner.estimate_outer(outer, estimate, work),
        })
    }

    fn non_finite(&self) -> NonFinite {
        self.non_finite
    }

    fn reveals_non_finite(&self) -> bool {
        with_estimator!(self.method, inner => Aggregator::<T>::reveals_non_finite(&inner))
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (name, options) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        let method = Method::NAMES.into_iter().find(|known| *known == name);
        let method = method.ok_or_else(|| SpecError::UnknownMethod {
            found: name.to_owned(),
        })?;
        let mut options = Options::split(method, options)?;
        let spec = Self {
            method: match method {
                "mean" => Mean.into(),
                "soft-truncation" => soft_truncation(&mut options)?.into(),
                _ => median_of_means(&mut options)?.into(),
            },
            scale: scale(&mut options)?,
            non_finite: options
                .take("non-finite", "error, drop or propagate", |text| {
                    text.parse().ok()
                })?
                .unwrap_or_default(),
        };
        options.finish()?;
        Ok(spec)
    }
}

fn soft_truncation(options: &mut Options<'_>) -> Result<SoftTruncation, SpecError> {
    let (delta, _, floor, ..) = SoftTruncation::default().options();
    let variance = |text: &str| match text {
        "sample" => Some(Variance::Sample),
        "population" => Some(Variance::Population),
        _ => None,
    };
    Ok(
        SoftTruncation::new(options.number("delta")?.unwrap_or(delta))?
            .variance(
                options
                    .take("variance", "sample or population", variance)?
                    .unwrap_or_default(),
            )
            .variance_floor(options.number("variance-floor")?.unwrap_or(floor))?
            .over_n(options.flag("over-n")?)
            .plain_below(options.count("plain-below")?.unwrap_or(0))
            .unguarded(options.flag("unguarded")?),
    )
}

fn median_of_means(options: &mut Options<'_>) -> Result<MedianOfMeans, SpecError> {
    let (blocks, ..) = MedianOfMeans::default().options();
    let center = |text: &str| match text {
        "geometric" => Some(Center::Geometric),
        "coordinate" => Some(Center::Coordinate),
        _ => None,
    };
    let scope = |text: &str| match text {
        "joint" => Some(Scope::Joint),
        "separate" => Some(Scope::Separate),
        _ => None,
    };
    Ok(
        MedianOfMeans::new(options.count("blocks")?.unwrap_or(blocks))?
            .center(
                options
                    .take("center", "geometric or coordinate", center)?
                    .unwrap_or_default(),
            )
            .scope(
                options
                    .take("scope", "joint or separate", scope)?
                    .unwrap_or_default(),
            ),
    )
}

fn scale(options: &mut Options<'_>) -> Result<Option<Factor>, SpecError> {
    let factor = |text: &str| match text {
        "1/n" => Some(Factor::OneOverN),
        number => number.parse().ok().map(Factor::Constant),
    };
    let factor = options.take("scale", "1/n or a number", factor)?;
    if let Some(Factor::Constant(value)) = factor {
        ParameterError::check("scale", "finite", value, value.is_finite())?;
    }
    Ok(factor)
}

/// The options of one text, taken out one by one.
struct Options<'a> {
    method: &'static str,
    given: Vec<(&'a str, &'a str)>,
    known: Vec<&'static str>,
}

impl<'a> Options<'a> {
    fn split(method: &'static str, text: &'a str) -> Result<Self, SpecError> {
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

    fn take<V>(
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

    fn number(&mut self, option: &'static str) -> Result<Option<f64>, SpecError> {
        self.take(option, "a number", |text| text.parse().ok())
    }

    fn count(&mut self, option: &'static str) -> Result<Option<usize>, SpecError> {
        self.take(option, "a whole number", |text| text.parse().ok())
    }

    fn flag(&mut self, option: &'static str) -> Result<bool, SpecError> {
        Ok(self
            .take(option, "true or false", |text| text.parse().ok())?
            .unwrap_or(false))
    }

    fn finish(self) -> Result<(), SpecError> {
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

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options = self.method.given_options();
        options.extend(self.scale.map(|factor| match factor {
            Factor::Constant(factor) => format!("scale={factor}"),
            Factor::OneOverN => "scale=1/n".to_owned(),
        }));
        if self.non_finite != NonFinite::default() {
            options.push(format!("non-finite={}", self.non_finite));
        }
        f.write_str(self.method.name())?;
        if options.is_empty() {
            Ok(())
        } else {
            write!(f, ":{}", options.join(","))
        }
    }
}

impl Method {
    /// The options that differ from their defaults, as text.
    fn given_options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut push = |given: bool, option: String| {
            if given {
                options.push(option);
            }
        };
        match self {
            Self::Mean(Mean) => {}
            Self::SoftTruncation(truncation) => {
                let (delta, variance, floor, over_n, plain_below, unguarded) = truncation.options();
                let default = SoftTruncation::default().options();
                push(delta != default.0, format!("delta={delta}"));
                push(variance != default.1, "variance=population".to_owned());
                push(floor != default.2, format!("variance-floor={floor}"));
                push(over_n, "over-n".to_owned());
                push(
                    plain_below != default.4,
                    format!("plain-below={plain_below}"),
                );
                push(unguarded, "unguarded".to_owned());
            }
            Self::MedianOfMeans(median) => {
                let (blocks, center, scope) = median.options();
                push(
                    blocks != MedianOfMeans::default().options().0,
                    format!("blocks={blocks}"),
                );
                push(center != Center::default(), "center=coordinate".to_owned());
                push(scope != Scope::default(), "scope=separate".to_owned());
            }
        }
        options
    }
}

impl From<Spec> for String {
    fn from(spec: Spec) -> Self {
        spec.to_string()
    }
}

impl TryFrom<String> for Spec {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}
