//! Aggregators as text: `"soft-truncation:delta=0.01,variance-floor=0.001"`.

mod error;
mod parse;
mod print;

use serde::{Deserialize, Serialize};

use super::aggregator::Aggregator;
use super::error::AggregateError;
use super::mean::Mean;
use super::median_of_means::MedianOfMeans;
use super::non_finite::NonFinite;
use super::part::Part;
use super::scaled::{Factor, Scaled};
use super::soft_truncation::SoftTruncation;
use super::workspace::Workspace;
use crate::real::Real;

pub use error::SpecError;

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
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        with_estimator!(self.method, inner => match self.scale {
            Some(factor) => Scaled::new(inner, factor).estimate(parts, work),
            None => inner.estimate(parts, work),
        })
    }

    fn non_finite(&self) -> NonFinite {
        self.non_finite
    }

    fn reveals_non_finite(&self) -> bool {
        with_estimator!(self.method, inner => Aggregator::<T>::reveals_non_finite(&inner))
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
